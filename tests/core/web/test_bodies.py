"""How long a body may be, by route, under WSGI servers and for the bridge."""

import io
import json
import socket
import time

import pytest

from app.core.serving import linger
from app.core.settings import HttpSettings
from app.core.web.bodies import (
    FILE_BODY,
    GUEST_BODY,
    LINES_BODY,
    STAFF_BODY,
    body_bound,
    longest_body,
    takes,
)
from app.core.web.json import json_response
from app.core.web.security import allow, public
from tests.core.toy import Thing, bearer, make_toy

BOUNDS = {
    "/for-all": GUEST_BODY,
    "/for-staff": STAFF_BODY,
    "/for-both": GUEST_BODY,
    "/lines": LINES_BODY,
}


def make(http: HttpSettings | None = None):
    app = make_toy(http)
    linger.init_linger(app)
    guards = {
        "/for-all": public,
        "/for-staff": allow("stock:read"),
        "/for-both": allow("customers:own", "customers:read"),
        "/lines": allow("stock:write", longest_body=LINES_BODY),
    }
    for path, guard in guards.items():

        @app.post(path, endpoint=path)
        @guard
        @app.input(Thing)
        async def view(json_data):
            return json_response(json_data)

    return app


@pytest.fixture(scope="module")
def app():
    return make()


def post(app, path, body, *, chunked=False):
    environ = {"CONTENT_TYPE": "application/json", "HTTP_AUTHORIZATION": "Bearer clerk"}
    if chunked:
        environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    else:
        environ["CONTENT_LENGTH"] = str(len(body))
    return app.test_client().post(
        path, input_stream=io.BytesIO(body), environ_overrides=environ, buffered=True
    )


@pytest.mark.parametrize(("path", "most"), BOUNDS.items())
class TestBounds:
    @pytest.mark.parametrize("chunked", [False, True])
    def test_up_to_them_bodies_are_read_and_one_byte_more_is_refused(
        self, app, path, most, chunked
    ):
        """Werkzeug would cut chunks off there, and a body that is JSON up to there be taken for whole."""
        whole = json.dumps({"name": "a"}).encode().ljust(most)
        assert post(app, path, whole, chunked=chunked).status_code == 200
        answer = post(app, path, whole + b" ", chunked=chunked)
        assert (answer.status_code, answer.json["code"]) == (413, "too_large")

    def test_the_bridge_knows_them_by_path_and_method_alone(self, app, path, most):
        bound = body_bound(app)
        assert bound({"method": "POST", "path": path}) == most
        assert bound({"method": "POST", "path": f"/shop{path}", "root_path": "/shop"}) == most
        # None of these is a view of ours.
        assert bound({"method": "PUT", "path": path}) == GUEST_BODY
        assert bound({"method": "POST", "path": f"{path}/"}) == GUEST_BODY

    def test_the_setting_is_above_them_all(self, path, most):
        app = make(HttpSettings(max_body_bytes=20_000))
        assert longest_body(app, path) == min(most, 20_000)


def test_who_may_not_ask_is_told_so_before_anything_is_read(app):
    class Untouched(io.RawIOBase):
        def readinto(self, _):
            raise AssertionError("read")

    environ = {"wsgi.input": Untouched(), "CONTENT_LENGTH": str(LINES_BODY)}
    answer = app.test_client().post("/lines", environ_overrides=environ)
    assert answer.status_code == 401


@pytest.mark.parametrize(("length", "left"), [(65_536, 65_536), (65_537, 0)])
def test_a_long_body_that_nobody_wants_is_thrown_away_behind_the_answer(app, length, left):
    """Its sender would not get to read the answer; a short one is in the connection's own buffers by then."""
    body = io.BytesIO(b"x" * length)
    environ = {"wsgi.input": body, "CONTENT_LENGTH": str(length)}
    answer = app.test_client().post("/lines", environ_overrides=environ)
    assert answer.status_code == 401
    answer.close()
    assert len(body.read()) == left


class TestFiles:
    @pytest.fixture
    def app(self):
        app = make_toy()
        linger.init_linger(app)

        @app.put("/files/<name>")
        @allow("stock:write", longest_body=FILE_BODY)
        @takes("image/png")
        async def put_file(name, body):
            return json_response({"name": name, "length": len(body), "begins": body[:4].hex()})

        return app

    @pytest.mark.parametrize(
        "type_", [None, "image/png", "application/json", "application/x-www-form-urlencoded"]
    )
    def test_come_as_they_are_whatever_is_said_of_them(self, app, type_):
        said = {"Content-Type": type_} if type_ else {}
        content = b"\x89=&\xff" * 100_000
        answer = app.test_client().put("/files/a", data=content, headers=bearer("clerk") | said)
        assert answer.json == {"name": "a", "length": 400_000, "begins": "893d26ff"}

    def test_may_be_nothing(self, app):
        answer = app.test_client().put("/files/a", headers=bearer("clerk"))
        assert answer.json["length"] == 0

    def test_have_a_bound(self, app):
        content = b"x" * (FILE_BODY + 1)
        answer = app.test_client().put("/files/a", data=content, headers=bearer("clerk"))
        assert (answer.status_code, answer.json["code"]) == (413, "too_large")


class TestStalledBodies:
    """Under Gunicorn's WSGI workers, which lend the application their socket."""

    def post(self, app, ours: socket.socket, length: int):
        environ = {
            "gunicorn.socket": ours,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(length),
        }
        headers = bearer("clerk")
        with ours.makefile("rb") as stream:
            environ["wsgi.input"] = stream
            return app.test_client().post("/things", environ_overrides=environ, headers=headers)

    @pytest.mark.parametrize("sent", [b"", b"{"])
    def test_end_in_408_and_the_connection_with_them(self, app, monkeypatch, sent):
        monkeypatch.setattr(linger, "STALL_SECONDS", 0.05)
        theirs, ours = socket.socketpair()
        ours.settimeout(20)
        with theirs, ours:
            theirs.sendall(sent)
            answer = self.post(app, ours, 777)
            assert (answer.status_code, answer.json["code"]) == (408, "request_timeout")
            answer.close()
            # Whatever comes now is no request.
            assert ours.recv(1) == b""

    def test_the_next_request_waits_as_long_as_the_server_wants(self, app):
        body = b'{"name":"a"}'
        theirs, ours = socket.socketpair()
        with theirs, ours:
            ours.settimeout(77)
            theirs.sendall(body)
            assert self.post(app, ours, len(body)).status_code == 201
            assert ours.gettimeout() == 77

    def test_a_client_that_hung_up_gets_400(self, app):
        theirs, ours = socket.socketpair()
        with theirs, ours:
            theirs.sendall(b"{")
            theirs.shutdown(socket.SHUT_WR)
            began = time.monotonic()
            assert self.post(app, ours, 777).status_code == 400
            assert time.monotonic() - began < linger.STALL_SECONDS
