"""FastAPI on asyncpg, without an ORM: hand-written SQL, JSON made by PostgreSQL."""
