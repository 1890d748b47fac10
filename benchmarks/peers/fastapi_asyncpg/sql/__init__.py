"""The SQL, with asyncpg's markers, written by hand; that of a search is the shop's own."""
