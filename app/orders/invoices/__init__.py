"""Invoices on what was handed over, and credit notes on what was given back of it."""
