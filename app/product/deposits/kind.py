"""What a deposit is made of, and how it is read."""

from app import models
from app.core.database import json_object
from app.product.kinds import Named, columns
from app.product.statements import page_by_name, read_by_code

_JSON = json_object("""
    'code', t.code, 'name', t.name, 'amount', t.amount::text, 'vat_rate', t.vat_rate::text,
    'active', t.active, 'version', t.version,
    'created_at', rfc3339(t.created_at), 'updated_at', rfc3339(t.updated_at)""")

DEPOSIT = Named(
    name="deposit",
    model=models.Deposit,
    members=columns("name", "amount", "vat_rate", "active"),
    read=read_by_code("deposit", _JSON),
    first_page=page_by_name("deposit", _JSON, first=True),
    next_page=page_by_name("deposit", _JSON, first=False),
)
