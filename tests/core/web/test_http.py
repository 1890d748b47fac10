from typing import ClassVar
from urllib.parse import unquote

import pytest
from flask import Response, redirect, request

from app.core.settings import HttpSettings
from app.core.web.http import SECURITY_HEADERS
from app.core.web.json import json_response
from tests.core.toy import bearer, make_toy


class TestHeaders:
    @pytest.mark.parametrize("path", ["/things", "/nowhere", "/things?limit=0"])
    def test_every_answer_has_them(self, path):
        headers = make_toy().test_client().get(path).headers
        assert dict(headers).items() >= SECURITY_HEADERS.items()
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"

    def test_a_view_may_set_its_own(self):
        app = make_toy()

        @app.get("/page")
        def page():
            return Response("", headers={"Cache-Control": "max-age=9"})

        headers = app.test_client().get("/page").headers
        assert headers.getlist("Cache-Control") == ["max-age=9"]

    def test_location_has_the_prefix_under_which_the_shop_is_published(self):
        client = make_toy().test_client()
        made = {"json": {"name": "a"}, "headers": bearer("clerk")}
        below = client.post("/things", environ_overrides={"SCRIPT_NAME": "/shop"}, **made)
        assert below.headers["Location"] == "/shop/things/a"
        assert client.post("/things", **made).headers["Location"] == "/things/a"

    def test_a_prefix_may_be_of_any_script(self):
        client = make_toy().test_client()
        prefix = "/sklep/żółw 1"
        below = client.post(
            "/things",
            json={"name": "ł"},
            headers=bearer("clerk"),
            environ_overrides={"SCRIPT_NAME": prefix.encode().decode("latin-1")},
        )
        assert unquote(below.headers["Location"]) == f"{prefix}/things/ł"
        assert below.headers["Location"].isascii()

    def test_another_hosts_location_has_no_prefix(self):
        app = make_toy()
        app.get("/away")(lambda: redirect("https://shop.example/ł"))
        away = app.test_client().get("/away", environ_overrides={"SCRIPT_NAME": "/shop"})
        assert away.headers["Location"] == "https://shop.example/%C5%82"

    @pytest.mark.parametrize(
        ("body", "sent"),
        [
            (b"whole", b"whole"),
            ("żółw", "żółw".encode()),
            ([b"in ", b"pieces"], b"in pieces"),
            (["as ", "text"], b"as text"),
            ((b"once",), b"once"),
            ([], b""),
        ],
    )
    def test_of_any_kind_of_body_tell_its_length(self, body, sent):
        app = make_toy()
        app.get("/body")(lambda: Response(body))
        client = app.test_client()
        answer, head = client.get("/body"), client.head("/body")
        assert answer.data == sent
        assert head.data == b""
        for each in (answer, head):
            assert each.headers.getlist("Content-Length") == [str(len(sent))]
            assert each.headers["Referrer-Policy"] == "no-referrer"

    @pytest.mark.parametrize("status", [204, 304])
    def test_of_answers_without_a_body_tell_no_length(self, status):
        app = make_toy()
        app.get("/nothing")(lambda: json_response(b"never", status))
        answer = app.test_client().get("/nothing")
        assert (answer.status_code, answer.data) == (status, b"")
        assert "Content-Length" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"

    def test_what_a_view_wants_to_happen_at_the_end_happens(self):
        app, events = make_toy(), []

        @app.get("/last")
        def last():
            answer = json_response(b"{}")
            answer.call_on_close(lambda: events.append("closed"))
            return answer

        assert app.test_client().get("/last", buffered=True).data == b"{}"
        assert events == ["closed"]


class TestPaths:
    @pytest.mark.parametrize("path", ["/things/", "/things//a", "/Things", "/things/a/"])
    def test_almost_right_is_unknown(self, path):
        assert make_toy().test_client().get(path, headers=bearer("clerk")).status_code == 404

    @pytest.mark.parametrize("path", ["//things", "///things", "//things/a"])
    def test_more_slashes_in_front_are_unknown(self, path):
        # As a URL, it would be another host's.
        made = {"environ_overrides": {"PATH_INFO": path}, "headers": bearer("clerk")}
        assert make_toy().test_client().get("/", **made).status_code == 404

    @pytest.mark.parametrize("path", ["/things", "/things/a"])
    @pytest.mark.parametrize("query", ["\xff", "q=\xff", "\xc3\xbc=1"])
    def test_bytes_in_a_query_are_400(self, path, query):
        made = {"environ_overrides": {"QUERY_STRING": query}, "headers": bearer("clerk")}
        response = make_toy().test_client().get(path, **made)
        assert (response.status_code, response.json["code"]) == (400, "bad_request")

    @pytest.mark.parametrize("name", ["a%00", "%00", "a%0Ab", "%7F", "%1b[0m", "%ff"])
    def test_names_with_control_characters_name_nothing(self, name):
        response = make_toy().test_client().get(f"/things/{name}", headers=bearer("clerk"))
        assert response.status_code == 404

    def test_names_may_be_of_any_script(self):
        response = make_toy().test_client().get("/things/żółw 1", headers=bearer("clerk"))
        assert response.json["name"] == "żółw 1"

    @pytest.mark.parametrize(
        ("key", "status"),
        [
            ("1", 200),
            ("9223372036854775807", 200),
            ("9223372036854775808", 404),
            ("9223372036854775799", 200),
            ("9223372036854775810", 404),
            ("8999999999999999999", 200),
            ("9300000000000000000", 404),
            ("1000000000000000000", 200),
            ("99999999999999999999999", 404),
            ("0", 404),
            ("01", 404),
            ("-1", 404),
            ("1_0", 404),
            ("١", 404),
        ],
    )
    def test_keys_are_what_bigint_holds(self, key, status):
        app = make_toy()

        @app.get("/rows/<int:key>")
        def row(key):
            return str(key)

        app.delete("/rows/<int:key>", endpoint="drop")(row)
        client = app.test_client()
        assert client.get(f"/rows/{key}").status_code == status
        assert client.delete(f"/rows/{key}").status_code == status


class TestMethods:
    def test_head_is_get_without_a_body(self):
        client = make_toy().test_client()
        head, get = client.head("/things"), client.get("/things")
        assert (head.status_code, head.data) == (200, b"")
        assert head.content_length == get.content_length

    def test_options_tells_the_methods(self):
        response = make_toy().test_client().options("/things")
        assert response.status_code == 200
        assert "POST" in response.headers["Allow"]


class TestQueries:
    @pytest.mark.parametrize("path", ["/things", "/things/a", "/nowhere"])
    @pytest.mark.parametrize("query", ["&" * 64, "q=a&" * 64, "a&" * 5000])
    def test_too_many_parameters_are_not_looked_at(self, path, query):
        assert make_toy().test_client().get(f"{path}?{query}").status_code == 400

    def test_as_many_as_there_may_be_are(self):
        query = "&".join(f"x{n}=1" for n in range(64))
        assert make_toy().test_client().get(f"/things?{query}").status_code == 422


class TestBodies:
    def test_too_long_ones_are_413(self):
        client = make_toy(HttpSettings(max_body_bytes=1024)).test_client()
        body = b'{"name":"' + b"x" * 1024 + b'"}'
        response = client.post(
            "/things", data=body, content_type="application/json", headers=bearer("clerk")
        )
        assert (response.status_code, response.json["code"]) == (413, "too_large")


@pytest.fixture
def ask_behind():
    """Ask a toy with these gateways who and where it thinks its client is, as the peer at an address."""

    def ask(gateways, peer, **headers):
        app = make_toy(HttpSettings(gateways=gateways))

        @app.get("/me")
        def me():
            return [request.remote_addr, request.host_url]

        sent = {f"X-Forwarded-{name}": value for name, value in headers.items()}
        environ = {} if peer is None else {"REMOTE_ADDR": peer}
        made = app.test_client().get("/me", headers=sent, environ_overrides=environ)
        return made.json

    return ask


class TestGateways:
    HEADERS: ClassVar = {"For": "192.0.2.7", "Proto": "https", "Host": "shop.example"}

    @pytest.mark.parametrize(
        ("gateways", "peer"),
        [
            (["10.0.0.0/8"], "10.1.2.3"),
            (["192.0.2.1", "10.1.2.3"], "10.1.2.3"),
            (["10.0.0.0/8"], "::ffff:10.1.2.3"),
            (["2001:db8::/32"], "2001:db8::1"),
            (["unix"], ""),
        ],
    )
    def test_are_believed(self, ask_behind, gateways, peer):
        told = ["192.0.2.7", "https://shop.example/"]
        assert ask_behind(gateways, peer, **self.HEADERS) == told

    @pytest.mark.parametrize(
        ("gateways", "peer"),
        [
            ([], "10.1.2.3"),
            (["10.0.0.0/8"], "11.1.2.3"),
            (["10.0.0.0/8"], "2001:db8::1"),
            (["10.0.0.0/8"], "not an address"),
            (["unix"], "127.0.0.1"),
            (["0.0.0.0/0", "::/0"], ""),
        ],
    )
    def test_others_are_not(self, ask_behind, gateways, peer):
        assert ask_behind(gateways, peer, Port="81", **self.HEADERS) == [peer, "http://localhost/"]

    def test_are_believed_what_they_say_and_not_what_they_were_told(self, ask_behind):
        chain = "6.6.6.6, 192.0.2.7"
        assert ask_behind(["10.0.0.0/8"], "10.0.0.1", For=chain)[0] == "192.0.2.7"

    def test_tell_the_port(self, ask_behind):
        told = ask_behind(["10.0.0.0/8"], "10.0.0.1", Host="shop.example", Port="8443")
        assert told[1] == "http://shop.example:8443/"

    @pytest.mark.parametrize(
        ("said", "believed"),
        [
            ("203.0.113.9:41001", "203.0.113.9"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("6.6.6.6, 203.0.113.9:41001", "203.0.113.9"),
            ("unknown", "10.0.0.1"),
            ("_hidden", "10.0.0.1"),
            ("203.0.113.9:x", "10.0.0.1"),
            ("203.0.113.999:80", "10.0.0.1"),
            ("[]:80", "10.0.0.1"),
            ("192.0.2.7,", "10.0.0.1"),
            ("", "10.0.0.1"),
        ],
    )
    def test_tell_an_address_and_nothing_else(self, ask_behind, said, believed):
        assert ask_behind(["10.0.0.0/8"], "10.0.0.1", For=said)[0] == believed

    @pytest.mark.parametrize(
        ("headers", "url"),
        [
            ({"Proto": "HTTPS"}, "https://localhost/"),
            ({"Proto": "javascript"}, "http://localhost/"),
            ({"Proto": "http, wss"}, "http://localhost/"),
            ({"Host": "shop.example:8443"}, "http://shop.example:8443/"),
            ({"Host": "[2001:db8::1]:8443"}, "http://[2001:db8::1]:8443/"),
            ({"Host": "evil.example/?"}, "http://localhost/"),
            ({"Host": "a@evil.example"}, "http://localhost/"),
            ({"Host": "evil.example\\"}, "http://localhost/"),
            ({"Host": "shop.example:port"}, "http://localhost/"),
            ({"Host": "shop.example", "Port": "8443/"}, "http://shop.example/"),
        ],
    )
    def test_tell_a_url_of_ours_and_nothing_else(self, ask_behind, headers, url):
        assert ask_behind(["10.0.0.0/8"], "10.0.0.1", **headers)[1] == url

    @pytest.mark.parametrize(
        ("gateways", "heard"),
        [
            (["127.0.0.1"], ["HTTP_TRACEPARENT", "HTTP_TRACESTATE"]),
            (["10.0.0.0/8"], []),
            ([], []),
        ],
    )
    def test_alone_say_which_trace_a_request_belongs_to(self, gateways, heard):
        app = make_toy(HttpSettings(gateways=gateways))

        @app.get("/heard")
        def what_is_heard():
            return sorted(name for name in request.environ if name.startswith("HTTP_TRACE"))

        sent = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": "c=d"}
        assert app.test_client().get("/heard", headers=sent).json == heard

    def test_what_others_say_reaches_no_view(self, ask_behind):
        app = make_toy(HttpSettings(gateways=["10.0.0.0/8"]))

        @app.get("/heard")
        def heard():
            return [name for name in request.environ if "FORWARDED" in name]

        sent = {f"X-Forwarded-{name}": "1" for name in ("For", "Proto", "Host", "Port", "Prefix")}
        assert app.test_client().get("/heard", headers=sent).json == []
