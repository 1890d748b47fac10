import pytest
from flask import Flask

from app.core.conditional import NO_VERSION, check_version, etag, expected_version
from app.core.errors import BadRequest, PreconditionFailed


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
