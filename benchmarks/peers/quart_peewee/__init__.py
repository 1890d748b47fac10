"""Quart, whose views are asynchronous by birth, with the same queries by peewee-async."""
