import string
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.web import Invalid
from app.core.web.paging import Cursors, PageQuery, after, page
from tests.core.toy import SECRET, errors, make_toy

KEYS = st.lists(
    st.none()
    | st.text()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC))
    | st.uuids(),
    max_size=4,
).map(tuple)


@pytest.fixture(scope="module")
def client():
    return make_toy().test_client()


def names(response):
    return [item["name"] for item in response.json["items"]]


class TestPages:
    def test_follow_each_other_to_the_end(self, client):
        url, seen = "/things?limit=3&q=a%26b", []
        while url:
            response = client.get(url)
            seen.append(names(response))
            link = response.headers.get("Link")
            assert (link is None) == (response.json["next"] is None)
            url = link and link.removeprefix("<").removesuffix('>; rel="next"')
        things = [f"thing {n}" for n in range(1, 8)]
        assert seen == [things[:3], things[3:6], things[6:]]

    def test_a_full_last_page_is_the_last(self, client):
        response = client.get("/things?limit=7")
        assert len(names(response)) == 7
        assert response.json["next"] is None

    @pytest.mark.parametrize("found", [0, 2])
    def test_a_search_that_stopped_goes_on_from_there(self, found):
        rows = [("{}", n) for n in range(found)]
        with make_toy().test_request_context("/things"):
            response = page([*rows, (None, 7)], PageQuery(limit=3), ',"whole":false')
            assert response.json["items"] == [{}] * found
            assert response.json["whole"] is False
            assert after(PageQuery(limit=3, cursor=response.json["next"])) == (7,)

    def test_a_page_that_is_full_before_it_stopped_goes_on_behind_its_last_row(self):
        with make_toy().test_request_context("/things"):
            response = page([("{}", 1), ("{}", 2), ("{}", 3), (None, 7)], PageQuery(limit=2))
            assert len(response.json["items"]) == 2
            assert after(PageQuery(limit=2, cursor=response.json["next"])) == (2,)

    def test_the_link_keeps_the_query(self, client):
        response = client.get("/things?limit=3&q=a%26b")
        link = urlsplit(response.headers["Link"].split(">")[0][1:])
        cursor = response.json["next"]
        assert link.path == "/things"
        assert dict(parse_qsl(link.query)) == {"limit": "3", "q": "a&b", "cursor": cursor}

    def test_the_link_is_ascii_whatever_the_path(self):
        app = make_toy()
        things = app.view_functions["things.list_things"]
        app.add_url_rule("/żółw/things", "more", things)
        link = app.test_client().get("/żółw/things?limit=1").headers["Link"]
        assert link.isascii()
        assert len(names(app.test_client().get(link.split(">")[0][1:]))) == 1

    def test_the_page_may_change_its_length(self, client):
        cursor = client.get("/things?limit=3").json["next"]
        assert names(client.get(f"/things?cursor={cursor}")) == [f"thing {n}" for n in range(4, 8)]

    def test_a_default_may_be_said_or_not(self, client):
        cursor = client.get("/things?limit=3").json["next"]
        assert client.get(f"/things?cursor={cursor}&sort=up").status_code == 200

    @pytest.mark.parametrize("query", ["sort=down", "q=a", "whole=false", "most=1"])
    def test_a_cursor_belongs_to_its_filters_and_order(self, client, query):
        cursor = client.get("/things?limit=3").json["next"]
        assert list(errors(client.get(f"/things?cursor={cursor}&{query}"))) == ["/query/cursor"]

    @pytest.mark.parametrize("cursor", ["", "x", "%00", "A" * 1000, "A" * 1001, "%C5%BC", "W10"])
    def test_anything_else_is_422(self, client, cursor):
        assert list(errors(client.get(f"/things?cursor={cursor}"))) == ["/query/cursor"]


class TestCursors:
    cursors = Cursors(SECRET)

    @given(KEYS, st.text())
    def test_open_to_what_was_sealed(self, key, scope):
        opened = self.cursors.open(scope, self.cursors.seal(scope, key))
        assert opened == key
        assert [type(value) for value in opened] == [type(value) for value in key]

    def test_keep_every_type(self):
        key = (
            *("a", 1, None, Decimal("1.50"), date(2026, 1, 31)),
            *(datetime(2026, 1, 31, tzinfo=UTC), UUID(int=7)),
        )
        assert repr(self.cursors.open("s", self.cursors.seal("s", key))) == repr(key)

    @given(st.data(), KEYS)
    def test_refuse_any_tampering(self, data, key):
        cursor = self.cursors.seal("list", key)
        place = data.draw(st.integers(0, len(cursor)))
        width = data.draw(st.integers(0, 3))
        alphabet = st.text(string.ascii_letters + string.digits + "-_=+/ \n", max_size=3)
        other = cursor[:place] + data.draw(alphabet | st.text(max_size=2)) + cursor[place + width :]
        if other == cursor:
            return
        with pytest.raises(Invalid):
            self.cursors.open("list", other)

    @given(st.text())
    def test_refuse_any_text(self, text):
        with pytest.raises(Invalid):
            self.cursors.open("list", text)

    def test_refuse_another_lists(self):
        with pytest.raises(Invalid):
            self.cursors.open("two", self.cursors.seal("one", (1,)))

    def test_refuse_another_shops(self):
        with pytest.raises(Invalid):
            Cursors("other").open("list", self.cursors.seal("list", (1,)))

    def test_refuse_keys_of_other_types(self):
        with pytest.raises(TypeError):
            self.cursors.seal("list", (1.5,))
