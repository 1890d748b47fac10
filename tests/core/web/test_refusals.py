import json

import pytest

from app.core.web.refusals import refuse
from tests.core.toy import logged, make_toy


def refused(status, *headers):
    given, body = refuse(status, {"type": "http", "method": "POST", "headers": list(headers)})
    return dict(given), json.loads(body)


class TestRefuse:
    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (400, "bad_request"),
            (408, "request_timeout"),
            (413, "too_large"),
            (503, "unavailable"),
        ],
    )
    def test_is_a_problem_like_any_other(self, status, code):
        headers, body = refused(status)
        assert headers["Content-Type"] == "application/problem+json"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Request-Id"] == body["request_id"]
        assert (body["status"], body["code"]) == (status, code)
        assert ("Retry-After" in headers) == (status == 503)

    def test_keeps_a_sane_request_id(self):
        assert refused(413, (b"x-request-id", b"me"))[0]["X-Request-Id"] == "me"
        assert refused(413, (b"x-request-id", b"\xff"))[0]["X-Request-Id"] != "\xff"

    def test_is_logged_in_one_line(self, capsys):
        make_toy()
        refused(503, (b"x-request-id", b"me"))
        (line,) = logged(capsys)
        assert (line["event"], line["status"], line["request_id"]) == ("refused", 503, "me")

    def test_other_statuses_have_words_too(self):
        assert refused(500)[1]["title"] == "Internal Server Error"
