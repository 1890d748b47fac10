"""Catalogue.put(): what an import is made of."""

import pytest

from app.core.database import Manager
from app.core.errors import Conflict, Invalid
from app.core.wiring import wired
from app.product.kinds import BRAND, PRODUCT
from app.product.product_schemas import NewProduct
from app.product.service import Catalogue
from tests.builders import brand, category, gtin, product, unique, value


@pytest.fixture
def catalogue(application, shop):
    with application.app_context():
        return wired(Catalogue)


@pytest.fixture
def manager(application, shop):
    with application.app_context():
        return wired(Manager)


def values_of(database, **more):
    body = {
        "code": unique(),
        "name": "Milk",
        "category": category(database).code,
        "unit": "piece",
        "list_price": "1.29",
        "vat_rate": "0.0700",
        **more,
    }
    return NewProduct.model_validate(body).model_dump()


async def test_creates_then_changes_then_leaves(catalogue, database):
    values = values_of(database, brand=brand(database).code, gtin=gtin(database))
    assert await catalogue.put(PRODUCT, values, None) == "created"
    assert await catalogue.put(PRODUCT, values, None) == "unchanged"
    assert await catalogue.put(PRODUCT, {**values, "brand": None}, None) == "changed"
    assert await catalogue.put(PRODUCT, {**values, "brand": None}, None) == "unchanged"
    found = "SELECT count(*) FROM audit_log WHERE subject = %(subject)s"
    assert value(database, found, subject=f"product:{values['code']}") == 2


async def test_many_are_all_or_nothing(catalogue, manager, database):
    first, taken = {"code": unique(), "name": "x"}, product(database, gtin=gtin(database))

    async def work():
        await catalogue.put(BRAND, first, None)
        await catalogue.put(PRODUCT, values_of(database, brand=first["code"]), None)
        await catalogue.put(PRODUCT, values_of(database, gtin=taken.gtin), None)

    with pytest.raises(Conflict):
        await manager.transaction(work)
    found = "SELECT count(*) FROM brand WHERE code = %(code)s"
    assert value(database, found, code=first["code"]) == 0


async def test_refuses_what_names_nothing(catalogue, database):
    with pytest.raises(Invalid) as refused:
        await catalogue.put(PRODUCT, values_of(database, category=unique()), None)
    assert [error.pointer for error in refused.value.errors] == ["/category"]
