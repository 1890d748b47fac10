"""What the two peers on peewee-async share: models, plain model queries, and what becomes of them."""
