"""What a request has to be before the application looks at what it wants, however its server reads it."""

import io

import pytest
from flask import request
from werkzeug.test import Client

from tests.core.toy import bearer, make_toy


class TestHost:
    @staticmethod
    def status(**environ):
        """The status of a request whose environ has these; None takes what is there away."""

        def ask(given, start_response):
            for name, value in environ.items():
                given.pop(name, None)
                if value is not None:
                    given[name] = value
            return toy.wsgi_app(given, start_response)

        toy = make_toy()
        return Client(ask).get("/things").status_code

    def test_is_there_once(self):
        assert self.status() == 200
        assert self.status(HTTP_HOST="shop.example:8000", SERVER_PROTOCOL="HTTP/1.1") == 200
        assert self.status(HTTP_HOST=None, SERVER_PROTOCOL="HTTP/1.1") == 400
        assert self.status(HTTP_HOST="a,b", SERVER_PROTOCOL="HTTP/1.1") == 400
        assert self.status(HTTP_HOST="a,a", SERVER_PROTOCOL="HTTP/1.0") == 400

    def test_need_not_be_there_in_other_versions(self):
        assert self.status(HTTP_HOST=None, SERVER_PROTOCOL="HTTP/1.0") == 200
        assert self.status(HTTP_HOST=None, SERVER_PROTOCOL="HTTP/2") == 200


class TestTargets:
    @pytest.mark.parametrize(
        ("target", "path", "host"),
        [
            ("http://other.example/things", "/things", "other.example"),
            ("HTTPS://other.example:81", "/", "other.example:81"),
            ("", "/", "localhost"),
        ],
    )
    def test_may_be_a_whole_url_which_servers_leave_as_it_is(self, target, path, host):
        toy = make_toy()
        toy.get("/")(request_facts)
        toy.view_functions["things.list_things"] = request_facts
        answer = toy.test_client().get("/", environ_overrides={"PATH_INFO": target})
        assert answer.json == [path, host]


def request_facts():
    return [request.path, request.host]


class Broken(io.RawIOBase):
    """A body that its server finds wrong while it reads it."""

    def readable(self):
        return True

    def readinto(self, _buffer):
        raise ValueError("invalid chunk")


def test_a_body_that_a_server_cannot_read_is_400():
    client = make_toy().test_client()
    environ = {"wsgi.input": Broken(), "wsgi.input_terminated": True}
    answer = client.post("/things", headers=bearer("clerk"), environ_overrides=environ, json={})
    assert (answer.status_code, answer.json["code"]) == (400, "bad_request")
