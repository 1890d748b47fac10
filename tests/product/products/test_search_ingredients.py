"""What is found by its ingredients: behind all that is found by name, brand and category."""

import pytest

from tests.builders import as_clerk, brand, category, product, rows, unique, value

PRODUCTS = "/api/v1/products"


def a_word():
    """Return a word of letters alone that no other test has."""
    return unique("").translate(str.maketrans("0123456789", "ghijklmnop", "-"))


async def find(client, q, **query):
    """Return the codes of those that have all words."""
    answer = await client.get(PRODUCTS, params={"q": q, **query})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return [] if found["partial"] else [item["code"] for item in found["items"]]


class TestFinds:
    @pytest.mark.parametrize(
        "q", ["hazelnuts", "HAZEL", "hazlenuts", "e322", "E 322", "bar hazelnuts", "creme hazel"]
    )
    async def test_by_their_words(self, client, database, q):
        mark = a_word()
        bar = product(
            database,
            name=f"Chocolate bar {mark}",
            ingredients="Sugar, crème powder, hazelnuts (12 %), emulsifier: lecithin (E322)",
        )
        assert await find(client, f"{q} {mark}") == [bar.code]

    async def test_after_a_change(self, client, database):
        mark = a_word()
        made = product(database, name="Spread")
        url, headers = f"{PRODUCTS}/{made.code}", as_clerk(database)
        answer = await client.patch(url, headers=headers, json={"ingredients": f"Oil, {mark}"})
        assert answer.json()["version"] == 2
        assert await find(client, mark) == [made.code]
        # Misspelt too: it is a word of the catalogue from now on.
        assert await find(client, mark[:4] + mark[5:]) == [made.code]
        await client.patch(url, headers=headers, json={"ingredients": "Oil"})
        assert await find(client, mark) == []

    async def test_with_a_new_name_of_the_product_or_its_brand(self, client, database):
        first, second, third = a_word(), a_word(), a_word()
        maker = brand(database)
        made = product(database, name="Spread", brand=maker, ingredients=f"Oil, {first}")
        await client.patch(
            f"{PRODUCTS}/{made.code}", headers=as_clerk(database), json={"name": second}
        )
        assert await find(client, f"{first} {second}") == [made.code]
        rows(database, "UPDATE brand SET name = %(n)s WHERE id = %(id)s", n=third, id=maker.id)
        assert await find(client, f"{first} {second} {third}") == [made.code]
        assert value(database, "SELECT version FROM product WHERE id = %(id)s", id=made.id) == 2

    @pytest.mark.parametrize("sort", ["name", "price", "newest"])
    async def test_in_any_order(self, client, database, sort):
        mark = a_word()
        made = {
            product(database, name="A", ingredients=mark).code,
            product(database, name=mark).code,
        }
        assert set(await find(client, mark, sort=sort)) == made


class TestOrder:
    async def test_puts_them_behind_all_others(self, client, database):
        mark = a_word()
        inside = product(database, name="Bar", ingredients=mark)
        more = product(database, name=f"{mark[:-2]} bar", ingredients=f"{mark}, sugar")
        named = product(database, name=f"A very long name, and at its very end {mark}")
        of_kind = product(database, name="Else", category=category(database, name=f"The {mark}"))
        found = await find(client, mark)
        assert found[:2] == [named.code, of_kind.code]
        assert set(found[2:]) == {inside.code, more.code}

    async def test_puts_what_is_named_by_code_first_all_the_same(self, client, database):
        mark = a_word()
        coded = product(database, name="Bar", code=mark, ingredients=mark)
        other = product(database, name=f"{mark} bar")
        assert await find(client, mark) == [coded.code, other.code]

    async def test_is_kept_from_page_to_page(self, client, database):
        mark = a_word()
        made = [product(database, name=f"{mark} {n}").code for n in "ab"]
        made += [product(database, name=f"Bar {n}", ingredients=mark).code for n in "cd"]
        url, found = f"{PRODUCTS}?q={mark}&limit=1", []
        while url:
            answer = await client.get(url)
            found += [item["code"] for item in answer.json()["items"]]
            url = answer.links.get("next", {}).get("url")
        assert found == await find(client, mark)
        assert sorted(found) == sorted(made)
        assert set(found[:2]) == set(made[:2])


def test_another_change_of_what_was_there_before_counts(fresh_database):
    made = product(fresh_database, name="Bar", ingredients="Sugar")
    rows(fresh_database, "UPDATE product SET search_with_ingredients = NULL")
    both = "UPDATE product SET price = price + 1, ingredients = ingredients WHERE id = %(id)s"
    rows(fresh_database, both, id=made.id)
    row = rows(fresh_database, "SELECT version, search_with_ingredients s FROM product")[0]
    assert (row.version, row.s) == (2, None)
