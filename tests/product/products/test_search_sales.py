"""Of what is as relevant, what sold more comes first."""

from tests.builders import insert, product, unique

PRODUCTS = "/api/v1/products"


def shelf(database, *sales):
    """Make products of one name that sold so often; return a word that finds them, and their codes."""
    mark = unique("").translate(str.maketrans("0123456789", "ghijklmnop", "-"))
    made = [product(database, name=mark) for _ in sales]
    for each, count in zip(made, sales, strict=True):
        if count:
            insert(database, "sales_rank", product_id=each.id, sales=count)
    return mark, [each.code for each in made]


async def pages(client, mark, limit):
    url, found = f"{PRODUCTS}?q={mark}&limit={limit}", []
    while url:
        answer = await client.get(url)
        found += [item["code"] for item in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url")
    return found


class TestSales:
    async def test_make_the_order_of_what_is_as_relevant(self, client, database):
        mark, (never, much, little, as_much) = shelf(database, 0, 30, 2, 30)
        wanted = [as_much, much, little, never]
        for limit in (1, 2, 3, 10):
            assert await pages(client, mark, limit) == wanted, limit

    async def test_count_less_than_the_name(self, client, database):
        mark, (seldom,) = shelf(database, 0)
        often = product(database, name=f"{mark} with something else")
        insert(database, "sales_rank", product_id=often.id, sales=1000)
        assert await pages(client, mark, 5) == [seldom, often.code]
