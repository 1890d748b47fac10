import pytest

from app.core.web.paging import Page
from app.inventory.articles.schemas import Article
from tests.builders import article, product, supplier, value

SUPPLIERS = "/api/v1/suppliers"
ARTICLE = {
    "article_number": "4711 6",
    "pack": "6",
    "unit_cost": "0.8345",
    "least_quantity": "12",
    "preferred": True,
}


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


@pytest.fixture
def milk(database):
    return product(database, name="Milk")


@pytest.fixture
def dairy(database):
    return supplier(database)


def path(supplier, product):
    return f"{SUPPLIERS}/{supplier.code}/articles/{product.code}"


async def test_is_made_replaced_and_deleted_by_version(staff, database, dairy, milk):
    url = path(dairy, milk)
    assert (await staff.put(url, json=ARTICLE, headers={"If-Match": '"v1"'})).status_code == 412
    made = await staff.put(url, json=ARTICLE)
    assert (made.status_code, made.headers["Location"], made.headers["ETag"]) == (201, url, '"v1"')
    Article.model_validate_json(made.content, strict=True)
    expected = {**ARTICLE, "pack": "6.000", "least_quantity": "12.000", "version": 1}
    assert made.json().items() >= expected.items()
    assert made.json()["supplier"] == {"code": dairy.code, "name": dairy.name}
    again = await staff.put(url, json={"unit_cost": "0.9"}, headers={"If-Match": '"v1"'})
    assert (again.status_code, "Location" in again.headers) == (200, False)
    assert again.json() == (await staff.get(url)).json()
    found = again.json()
    assert (found["article_number"], found["pack"], found["preferred"]) == (None, "1.000", False)
    assert (await staff.delete(url, headers={"If-Match": '"v1"'})).status_code == 412
    assert (await staff.delete(url)).status_code == 204
    assert [(await staff.get(url)).status_code, (await staff.delete(url)).status_code] == [404, 404]
    noted = "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_log WHERE subject = %(s)s"
    actions = "supplier.article_put supplier.article_put supplier.article_deleted"
    assert value(database, noted, s=f"supplier:{dairy.code}") == actions


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"pack": "0"}, "/pack"),
        ({"pack": "1.5"}, "/pack"),
        ({"least_quantity": "0.5"}, "/least_quantity"),
        ({"unit_cost": None}, "/unit_cost"),
        ({"article_number": " 1"}, "/article_number"),
        ({"article_number": "1" * 41}, "/article_number"),
    ],
)
async def test_invalid(staff, dairy, milk, changed, pointer):
    answer = await staff.put(path(dairy, milk), json={**ARTICLE, **changed})
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_of_nobody_and_of_nothing(staff, dairy, milk):
    for url in (f"{SUPPLIERS}/nobody/articles/{milk.code}", f"{SUPPLIERS}/{dairy.code}/articles/x"):
        assert (await staff.put(url, json=ARTICLE)).status_code == 404
    assert (await staff.get(f"{SUPPLIERS}/nobody/articles")).status_code == 404
    assert (await staff.get("/api/v1/products/nothing/suppliers")).status_code == 404


async def test_one_supplier_of_a_product_is_preferred(staff, database, dairy, milk):
    other = supplier(database)
    for each in (dairy, other):
        assert (await staff.put(path(each, milk), json=ARTICLE)).status_code == 201
    listed = (await staff.get(f"/api/v1/products/{milk.code}/suppliers")).json()["items"]
    found = {one["supplier"]["code"]: (one["preferred"], one["version"]) for one in listed}
    assert found == {dairy.code: (False, 2), other.code: (True, 1)}


async def test_pages(staff, database, dairy):
    made = [product(database) for _ in range(3)]
    for each in made:
        article(database, dairy, each)
    first = await staff.get(f"{SUPPLIERS}/{dairy.code}/articles?limit=2")
    Page[Article].model_validate_json(first.content, strict=True)
    second = await staff.get(first.links["next"]["url"])
    found = [one["product"]["code"] for one in first.json()["items"] + second.json()["items"]]
    assert found == [each.code for each in made]
    assert second.json()["next"] is None


async def test_what_is_sold_to_the_shop_keeps_its_supplier(staff, database, dairy, milk):
    article(database, dairy, milk)
    answer = await staff.delete(f"{SUPPLIERS}/{dairy.code}")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
