import pytest
from flask import Flask, request

from app.core.web import BadRequest, PreconditionFailed
from app.core.web.conditional import (
    NO_VERSION,
    check_version,
    etag,
    expected_version,
    for_good,
    has_already,
    revalidated,
)
from tests.core.toy import make_toy


def expected(header: str | None) -> int | None:
    headers = {} if header is None else {"If-Match": header}
    with Flask("toy").test_request_context(headers=headers):
        return expected_version()


class TestExpectedVersion:
    @pytest.mark.parametrize(
        ("header", "version"),
        [
            (None, None),
            ("*", None),
            (" * ", None),
            ('"v3"', 3),
            ('W/"v3"', 3),
            ('"v3", W/"v12" ,"other"', 12),
            ('"other"', NO_VERSION),
            ('""', NO_VERSION),
            ('"v0"', NO_VERSION),
            ('"v03"', NO_VERSION),
            ('"v-3"', NO_VERSION),
            ('"v99999999999999999999"', NO_VERSION),
            ('"V3"', NO_VERSION),
            ('"v3-gzip"', NO_VERSION),
            ('"v3-0123456789abcdef"', 3),
            ('W/"v3-0123456789abcdef"', 3),
            ('"v3-0123456789abcdef0"', NO_VERSION),
            ('"v3-"', NO_VERSION),
            ('"0123456789abcdef"', NO_VERSION),
        ],
    )
    def test_reads(self, header, version):
        assert expected(header) == version

    @pytest.mark.parametrize("header", ["v3", "", '"v3', 'v3"', 'w/"v3"', '"v3",', '*, "v3"', "3"])
    def test_refuses_what_is_no_list_of_tags(self, header):
        with pytest.raises(BadRequest):
            expected(header)

    def test_reads_what_etag_writes(self):
        assert etag(3) == '"v3"'
        assert expected(etag(123_456_789)) == 123_456_789


class TestCheckVersion:
    @pytest.mark.parametrize("wanted", [None, 3])
    def test_passes(self, wanted):
        check_version(3, wanted)

    @pytest.mark.parametrize("wanted", [2, 4, NO_VERSION])
    def test_fails_and_tells_the_current_one(self, wanted):
        with pytest.raises(PreconditionFailed) as caught:
            check_version(3, wanted)
        assert caught.value.headers["ETag"] == '"v3"'


class TestRevalidated:
    @pytest.fixture
    def client(self):
        """Ask for version 3 of a thing at /thing; the query is what is shown."""
        app = make_toy()
        app.get("/thing")(lambda: revalidated(request.query_string.decode() or "{}", 3))
        return app.test_client()

    def test_what_is_still_so_is_not_sent_again(self, client):
        first = client.get("/thing")
        assert (first.status_code, first.data, first.mimetype) == (200, b"{}", "application/json")
        again = client.get("/thing", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        for answer in (first, again):
            assert answer.headers["Cache-Control"] == "no-cache"
            assert answer.headers["ETag"] == first.headers["ETag"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert len(answer.headers["X-Request-Id"]) == 32
        assert not {"Content-Type", "Content-Length"} & set(again.headers.keys())

    def test_a_tag_says_the_version_and_what_was_sent(self, client):
        tags = [client.get(f"/thing?{body}").headers["ETag"] for body in ("1", "2", "1")]
        assert tags[0] == tags[2] != tags[1]
        assert {expected(tag) for tag in tags} == {3}

    @pytest.mark.parametrize(
        ("form", "status"),
        [
            ("{}", 304),
            ("W/{}", 304),
            ('"other", {} ,"v3"', 304),
            ('"a,b",W/{}', 304),
            ("*", 304),
            (" * ", 304),
            ('"v3"', 200),
            ('"other"', 200),
            ("", 200),
            ('"', 200),
            ("x{}", 200),
        ],
    )
    def test_any_of_the_tags_will_do(self, client, form, status):
        tag = client.get("/thing").headers["ETag"]
        headers = {"If-None-Match": form.replace("{}", tag)}
        assert client.get("/thing", headers=headers).status_code == status
        assert client.head("/thing", headers=headers).status_code == status

    def test_head_has_the_tag_of_get(self, client):
        assert client.head("/thing").headers["ETag"] == client.get("/thing").headers["ETag"]


class TestForGood:
    @pytest.fixture
    def client(self):
        """Ask for what never changes, at /picture."""
        app = make_toy()

        @app.get("/picture")
        def picture():
            return for_good(None if has_already('"a-1"') else b"\x00\xff", "image/webp", '"a-1"')

        return app.test_client()

    @pytest.mark.parametrize(
        ("said", "status", "body"),
        [('"a-1"', 304, b""), ('W/"a-1"', 304, b""), ('"a-2"', 200, b"\x00\xff")],
    )
    def test_whoever_has_it_may_keep_it(self, client, said, status, body):
        answer = client.get("/picture", headers={"If-None-Match": said})
        assert (answer.status_code, answer.data) == (status, body)
        assert answer.headers["ETag"] == '"a-1"'
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers.get("Content-Type") == ("image/webp" if status == 200 else None)
