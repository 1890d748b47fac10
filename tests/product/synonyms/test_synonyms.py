"""Words that mean the same to the search, as staff says."""

import pytest

from tests.builders import as_clerk, as_customer, brand, product, unique, value

SYNONYMS = "/api/v1/synonyms"
PRODUCTS = "/api/v1/products"


def a_word():
    """Return a word of letters alone that no other test has."""
    return unique("").translate(str.maketrans("0123456789", "ghijklmnop", "-"))


@pytest.fixture
def say(client, database):
    """Replace the list: `say(["aubergine", "eggplant"], …)` returns the answer."""
    headers = as_clerk(database)

    async def put(*groups, **more):
        return await client.put(SYNONYMS, json={"groups": groups}, headers={**headers, **more})

    return put


@pytest.fixture
def shelf(client, database):
    """A brand of its own: `shelf(name, …)` has it make these, and `shelf.find(q)` finds those that have all words."""
    maker = brand(database)

    def make(*names):
        for name in names:
            product(database, name=name, brand=maker)

    async def find(q, **query):
        answer = await client.get(PRODUCTS, params={"q": q, "brand": maker.code, **query})
        found = answer.json()
        return [] if found["partial"] else [item["name"] for item in found["items"]]

    make.find = find
    return make


class TestSearch:
    @pytest.mark.parametrize(
        ("group", "q", "names"),
        [
            (["aubergine", "eggplant"], "aubergine", ["Eggplants, loose"]),
            (["aubergine", "eggplant"], "grilled Eggplant", ["Aubergines, grilled"]),
            (["crème fraîche", "Schmand"], "schmand", ["Creme fraiche, 200 g"]),
            (["spring onion", "scallion"], "scallion", ["Spring onions, bunch"]),
            (["spring onion", "scallion"], "fresh spring onion", ["Scallions, fresh"]),
            (["7 up", "Seven Up"], "seven up", ["7up, 1 l"]),
            (["body lotion cream", "balm"], "balm", ["Body lotion cream"]),
            (["body lotion cream", "balm"], "body lotion cream", ["Balm"]),
        ],
    )
    async def test_one_word_finds_what_has_another(self, say, shelf, group, q, names):
        shelf(*names, "Onions for spring", "Something else")
        await say()
        assert await shelf.find(q) == []
        assert (await say(["one", "another"], group)).status_code == 200
        assert await shelf.find(q) == names
        assert await shelf.find(q, sort="name") == names

    async def test_what_is_named_as_it_was_typed_comes_first(self, say, shelf):
        await say(["aubergine", "eggplant"])
        shelf("Eggplant", "Aubergine")
        assert await shelf.find("aubergine") == ["Aubergine", "Eggplant"]
        assert await shelf.find("eggplant") == ["Eggplant", "Aubergine"]

    async def test_a_word_with_synonyms_is_not_taken_for_a_misspelt_one(self, say, shelf):
        await say()
        shelf("Corgette", "Zucchini")
        assert await shelf.find("courgette") == ["Corgette"]
        await say(["courgette", "zucchini"])
        assert await shelf.find("courgette") == ["Zucchini"]

    async def test_what_is_taken_away_finds_nothing_any_more(self, say, shelf):
        shelf("Garbanzos")
        await say(["chickpeas", "garbanzos"])
        assert await shelf.find("chickpeas") == ["Garbanzos"]
        await say()
        assert await shelf.find("chickpeas") == []


class TestTheList:
    async def test_is_staffs(self, client, database):
        for headers, status in (({}, 401), (as_customer(database), 403)):
            answer = await client.get(SYNONYMS, headers=headers)
            assert answer.status_code == status
            answer = await client.put(SYNONYMS, json={"groups": []}, headers=headers)
            assert answer.status_code == status

    async def test_is_read_as_it_was_written(self, client, database, say):
        groups = [["Œuf", " egg ", "Ei"], ['"Pop" corn', "puffed maize"]]
        answer = await say(*groups)
        assert answer.json()["groups"] == [["Œuf", "egg", "Ei"], ['"Pop" corn', "puffed maize"]]
        again = await client.get(SYNONYMS, headers=as_clerk(database))
        assert again.json() == answer.json()
        assert again.headers["ETag"] == f'"v{again.json()["version"]}"' == answer.headers["ETag"]

    async def test_changes_for_who_knows_its_version(self, say):
        first = await say(["one", a_word()])
        second = await say(["two", "others"], **{"If-Match": first.headers["ETag"]})
        assert second.json()["version"] == first.json()["version"] + 1
        late = await say(["three", "others"], **{"If-Match": first.headers["ETag"]})
        assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
        assert late.headers["ETag"] == second.headers["ETag"]

    async def test_the_same_again_is_no_change(self, say):
        first = await say(["one", a_word()])
        assert (await say(*first.json()["groups"])).json() == first.json()

    async def test_a_change_is_noted(self, say, database):
        new = a_word()
        await say(["kept", "stays"], ["gone", "goes"])
        await say(["kept", "stays"], ["come", new])
        detail = value(
            database,
            "SELECT detail FROM audit_log WHERE action = 'synonyms.updated' ORDER BY id DESC LIMIT 1",
        )
        assert detail == {"added": [["come", new]], "removed": [["gone", "goes"]]}

    @pytest.mark.parametrize(
        ("groups", "pointer"),
        [
            ([["alone"]], "/groups/0"),
            ([[f"word {n}" for n in range(11)]], "/groups/0"),
            ([[f"{n}", f"x{n}"] for n in range(501)], "/groups"),
            ([["one", "x" * 41]], "/groups/0/1"),
            ([["one", ""]], "/groups/0/1"),
            ([["one", "&!"]], "/groups/0/1"),
            ([["one", "a b c d"]], "/groups/0/1"),
            ([["one", "w40x"]], None),
            ([["one", "a1b2"]], "/groups/0/1"),
            ([["Crème", "creme"]], "/groups/0/1"),
            ([["one", "two"], ["three", "ONE"]], "/groups/1/1"),
            ([["one", "a\nb"]], "/groups/0/1"),
        ],
    )
    async def test_refuses_what_the_search_cannot_look_for(self, say, groups, pointer):
        answer = await say(*groups)
        errors = [error["pointer"] for error in answer.json().get("errors", [])]
        assert errors == ([pointer] if pointer else []), answer.text
        assert answer.status_code == (422 if pointer else 200)

    async def test_the_longest_is_taken(self, say):
        groups = [[f"{'ß' * 32}{n:04}{m:04}" for m in range(10)] for n in range(500)]
        answer = await say(*groups)
        assert answer.status_code == 200, answer.text
        assert answer.json()["groups"] == groups
