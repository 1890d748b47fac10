"""Bodies and rows that several tests of people need."""

from typing import Any

from tests.builders import Person, insert, unique, value
from tests.support.database import Database

CUSTOMERS = "/api/v1/customers"


def registration(**more: Any) -> dict[str, Any]:
    """Return the body of a registration; `...` leaves a member out."""
    made = {
        "email": f"{unique()}@shop.example",
        "name": "Anna Kowalska",
        "phone": "+48 22 555 01 10",
        "address": "ul. Długa 1\n00-001 Warszawa",
        "password": "seven green apples a day",
    }
    return {name: kept for name, kept in (made | more).items() if kept is not ...}


def purchase_of(database: Database, person: Person) -> None:
    """Make a customer one who has bought something."""
    in_a_day = value(database, "SELECT now() + interval '1 day'")
    cart = insert(
        database,
        "cart",
        customer_id=person.customer_id,
        status="checked_out",
        expires_at=in_a_day,
    )
    insert(
        database,
        "purchase",
        cart_id=cart.id,
        customer_id=person.customer_id,
        contact_name=person.name,
        currency="EUR",
        total=0,
        vat_total=0,
        pay_by=in_a_day,
    )
