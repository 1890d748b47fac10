"""FastAPI on SQLAlchemy's asynchronous ORM, as the documentation of both advises."""
