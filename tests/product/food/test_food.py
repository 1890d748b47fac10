"""Food information: what may be said of it, where it is shown, and what follows from the net quantity."""

import pytest

from app.product.food.schemas import ALLERGENS
from app.product.products.schemas import Product, ProductDetails
from tests.builders import as_clerk, category, discount, product, unique

PRODUCTS = "/api/v1/products"
NUTRITION = {
    "energy_kj": "1046",
    "energy_kcal": "250",
    "fat": "3.5",
    "saturates": "1.2",
    "carbohydrate": "40",
    "sugars": "12.25",
    "protein": "8",
    "salt": "0.9",
}
FOOD = {
    "net_quantity": "500.000",
    "net_unit": "g",
    "ingredients": "WHEAT flour, water, salt.\nMay contain traces of NUTS.",
    "allergens": {"gluten": "contains", "nuts": "may_contain", "milk": "free"},
    "diets": ["vegan", "halal"],
    "nutrition": {**NUTRITION, "fibre": "4.1"},
    "food_business": "Mill, 1 Mill Lane, 12345 Milltown",
    "origin": "Poland",
    "storage": "Keep dry.",
    "alcohol": "4.9",
    "min_age": 18,
    "shelf_life_days": 30,
}
DETAILS = ("ingredients", "nutrition", "food_business", "origin", "storage", "shelf_life_days")


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


class TestFoodInformation:
    async def test_is_written_and_read(self, client, database):
        body = {
            "code": unique(),
            "name": "Bread",
            "category": category(database).code,
            "unit": "piece",
            "list_price": "2.00",
            "vat_rate": "0.07",
        }
        answer = await client.post(PRODUCTS, json=body | FOOD, headers=as_clerk(database))
        assert answer.status_code == 201, answer.text
        found = answer.json()
        filled = {"fibre": "4.1"} | dict.fromkeys(
            ("starch", "polyols", "mono_unsaturates", "polyunsaturates")
        )
        assert found["nutrition"].items() <= (NUTRITION | filled).items()
        assert {k: v for k, v in FOOD.items() if k != "nutrition"}.items() <= found.items()
        ProductDetails.model_validate_json(answer.content)
        # As it was sent again: nothing changes, so neither does the version.
        url = answer.headers["Location"]
        again = await client.patch(url, json=FOOD, headers=as_clerk(database))
        assert again.json()["version"] == 1
        none = {
            "allergens": {},
            "diets": [],
            "nutrition": None,
            "ingredients": "",
            "net_quantity": None,
            "net_unit": None,
        }
        cleared = await client.patch(url, json=none, headers=as_clerk(database))
        assert none.items() <= cleared.json().items()
        assert cleared.json()["base_price"] is None

    async def test_in_lists_is_what_a_buyer_chooses_by(self, client, database):
        made = category(database)
        sold = product(database, category=made, min_age=16, alcohol="5")
        listed = (await client.get(PRODUCTS, params={"category": made.code})).json()["items"]
        alone = (await client.get(f"{PRODUCTS}/{sold.code}")).json()
        assert listed == [{k: v for k, v in alone.items() if k not in {*DETAILS, "reduced"}}]
        assert (listed[0]["min_age"], listed[0]["alcohol"]) == (16, "5")
        Product.model_validate(listed[0], strict=False)

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"allergens": {"cheese": "contains"}}, "/allergens/cheese"),
            ({"allergens": {"milk": "maybe"}}, "/allergens/milk"),
            ({"diets": ["carnivore"]}, "/diets/0"),
            ({"diets": ["vegan", "vegan"]}, "/diets"),
            ({"nutrition": {"fat": "1"}}, "/nutrition/energy_kj"),
            ({"nutrition": {**NUTRITION, "salt": "-1"}}, "/nutrition/salt"),
            ({"alcohol": "100.5"}, "/alcohol"),
            ({"alcohol": "4.95"}, "/alcohol"),
            ({"min_age": 0}, "/min_age"),
            ({"shelf_life_days": 0}, "/shelf_life_days"),
            ({"net_quantity": "1"}, "/net_unit"),
            ({"net_quantity": "0", "net_unit": "g"}, "/net_quantity"),
            ({"net_quantity": "1", "net_unit": "oz"}, "/net_unit"),
            ({"ingredients": "x" * 4001}, "/ingredients"),
            ({"origin": "x" * 301}, "/origin"),
        ],
    )
    async def test_that_makes_no_sense_is_refused(self, client, database, change, pointer):
        url = f"{PRODUCTS}/{product(database).code}"
        answer = await client.patch(url, json=change, headers=as_clerk(database))
        assert answer.status_code == 422
        assert pointers(answer)[0] == pointer

    async def test_all_allergens_of_the_annex_are_known(self, client, database):
        url = f"{PRODUCTS}/{product(database).code}"
        body = {"allergens": dict.fromkeys(ALLERGENS, "free")}
        answer = await client.patch(url, json=body, headers=as_clerk(database))
        assert len(answer.json()["allergens"]) == 14


class TestBasePrice:
    @pytest.mark.parametrize(
        ("price", "net", "base_price"),
        [
            ("2.49", ("piece", "500", "g"), ("4.98", "kg")),
            ("1.00", ("piece", "330", "ml"), ("3.03", "l")),  # 3.0303
            ("1.00", ("piece", "160", "g"), ("6.25", "kg")),
            ("0.99", ("piece", "1.5", "l"), ("0.66", "l")),
            ("19.90", ("kg", None, None), ("19.90", "kg")),
            ("2.40", ("litre", None, None), ("2.40", "l")),
        ],
    )
    async def test_is_per_kilogram_or_litre(self, client, database, price, net, base_price):
        unit, net_quantity, net_unit = net
        made = product(database, price, unit=unit, net_quantity=net_quantity, net_unit=net_unit)
        found = (await client.get(f"{PRODUCTS}/{made.code}")).json()
        assert found["base_price"] == dict(zip(("amount", "per"), base_price, strict=True))

    async def test_is_todays(self, client, database):
        off = discount(database, "0.5000")
        made = product(database, "2.00", net_quantity="500", net_unit="g", discount=off)
        found = (await client.get(f"{PRODUCTS}/{made.code}")).json()
        assert (found["price"], found["base_price"]["amount"]) == ("1.00", "2.00")

    async def test_is_of_pieces_that_say_what_is_in_them(self, client, database):
        made = product(database)
        assert (await client.get(f"{PRODUCTS}/{made.code}")).json()["base_price"] is None
        url = f"{PRODUCTS}/{product(database, unit='kg').code}"
        body = {"net_quantity": "1", "net_unit": "kg"}
        answer = await client.patch(url, json=body, headers=as_clerk(database))
        assert (answer.status_code, pointers(answer)) == (422, ["/net_quantity"])


class TestFilters:
    @pytest.fixture
    def shelf(self, database):
        """Products of a category, by what is declared of them."""
        made = category(database)
        kinds = {
            "nothing": {},
            "free": {"allergens": {"gluten": "free", "milk": "free"}, "diets": ["vegan"]},
            "partly": {"allergens": {"gluten": "free", "milk": "may_contain"}},
            "contains": {"allergens": {"gluten": "contains"}, "diets": ["vegetarian"]},
        }
        codes = {
            name: product(database, category=made, **more).code for name, more in kinds.items()
        }
        return made.code, codes

    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            ({"allergen_free": "gluten"}, {"free", "partly"}),
            ({"allergen_free": "milk,gluten"}, {"free"}),
            ({"allergen_free": "nuts"}, set()),
            ({"diet": "vegan"}, {"free"}),
            ({"diet": "vegetarian"}, {"free", "contains"}),
            ({"diet": "kosher"}, set()),
            ({"allergen_free": "gluten", "diet": "vegetarian"}, {"free"}),
        ],
    )
    @pytest.mark.parametrize("more", [{}, {"sort": "price"}, {"sort": "newest"}, {"q": "Test"}])
    async def test_know_only_what_was_declared(self, client, shelf, query, wanted, more):
        made, codes = shelf
        found = await client.get(PRODUCTS, params={"category": made, **query, **more})
        assert {item["code"] for item in found.json()["items"]} == {codes[name] for name in wanted}

    @pytest.mark.parametrize("query", ["allergen_free=", "allergen_free=cheese", "diet=raw"])
    async def test_wrong_ones_are_refused(self, client, query):
        assert (await client.get(f"{PRODUCTS}?{query}")).status_code == 422
