"""Looking around in the shop, without script."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.builders import brand, category, discount, on_sale, product, unique


class TestHome:
    async def test_leads_to_each_category_at_the_top(self, see, database):
        made = category(database)
        below = category(database, parent=made)
        # Categories are read anew after some seconds: this process may have just shown them.
        page = await see("/products", category=made.code)
        home = await see("/")
        assert page.texts("h1") in ([made.name], ["All goods"])
        assert all(below.name not in link for link in home.links)

    async def test_shows_what_is_new_with_its_price(self, see, database):
        made = on_sale(database, name=f"Fresh {unique()}", price="1.99")
        page = await see("/")
        assert any(made.name in text and "€1.99" in text for text in page.texts("article"))

    async def test_shows_what_is_on_offer(self, see, database):
        made = product(database, price="0.02", discount=discount(database, rate="0.5000"))
        page = await see("/")
        card, *_ = [text for text in page.texts("article") if made.name in text]
        assert "−50%" in card
        assert "€0.01" in card


class TestList:
    async def test_finds_by_words_and_says_for_which(self, see, database):
        word = unique()
        made = product(database, name=f"Tea {word}")
        page = await see("/products", q=word)
        assert page.texts("h1") == [f"Found for “{word}”"]
        assert page.texts("h3") == [made.name]
        assert f"/products/{made.code}" in page.links.values()

    async def test_says_where_nothing_is_found(self, see):
        page = await see("/products", q="zzzzqqqq")
        assert "Nothing was found here." in page.text

    async def test_goes_on_where_it_ends(self, see, database):
        maker = brand(database)
        made = {product(database, brand=maker).name for _ in range(30)}
        first = await see("/products", brand=maker.code)
        more = urlsplit(first.links["Show more"])
        query = {name: value[0] for name, value in parse_qs(more.query).items()}
        second = await see(more.path, **query)
        seen = [first.texts("h3"), second.texts("h3")]
        assert [len(names) for names in seen] == [24, 6]
        assert {*seen[0], *seen[1]} == made
        assert "Show more" not in second.links

    @pytest.mark.parametrize(
        "query",
        [
            {"min_price": "cheap"},
            {"sort": "upwards"},
            {"cursor": "x" * 3000},
            {"diet": "stones"},
            {"q": "a" * 600},
        ],
    )
    async def test_leaves_out_what_is_wrong_and_says_so(self, see, query):
        page = await see("/products", **query)
        assert f"“{next(iter(query.values()))}” is left out" in page.text

    async def test_does_not_mind_what_others_put_into_links(self, see):
        page = await see("/products", utm_source="newsletter", fbclid="x")
        assert page.texts("h1") == ["All goods"]

    async def test_finds_what_is_called_like_an_order(self, see, database):
        maker = brand(database, code="relevance")
        made = product(database, brand=maker)
        product(database)
        page = await see("/products", brand="relevance")
        assert page.texts("h3") == [made.name]

    async def test_orders_by_relevance_to_nothing_as_without_an_order(self, see):
        await see("/products", sort="relevance")


class TestProduct:
    async def test_says_what_a_buyer_may_want_to_read(self, see, database):
        made = product(
            database,
            price="2.50",
            ingredients="Oats, sugar",
            allergens='{"gluten": "contains", "milk": "may_contain", "eggs": "free"}',
        )
        page = await see(f"/products/{made.code}")
        assert page.texts("h1") == [made.name]
        assert "€2.50" in page.text
        assert "Oats, sugar" in page.text
        assert page.texts("dd")[:3] == ["gluten", "milk", "eggs"]

    async def test_is_not_there_once_it_is_withdrawn(self, see, database):
        made = product(database, active=False)
        page = await see(f"/products/{made.code}", 404)
        assert page.texts("h1") == ["There is nothing here"]

    async def test_names_are_text_and_no_markup(self, see, database):
        made = product(database, name=f"<b>{unique()}</b> & “more”")
        page = await see(f"/products/{made.code}")
        assert page.texts("h1") == [made.name]
        assert page.all("b") == []
