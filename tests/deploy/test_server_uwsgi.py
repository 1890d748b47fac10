"""What uwsgi_worker.py makes of a request, with uWSGI's own module stood in for; `make conformance` has the real one."""

import io
import os
import runpy
import socket
import sys
import threading
import time
from contextlib import suppress
from types import SimpleNamespace
from unittest import mock

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.core.serving.linger import CONNECTION
from local.servers import DEPLOY


@pytest.fixture
def connection():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
        server.accept()[0] as here,
    ):
        yield here, client


@pytest.fixture
def serve(connection):
    """Give an application to the worker; return what it answers to a request, and what the worker sent of itself.

    The client sends nothing more unless it `stays`.
    """
    here, client = connection
    chunks = []

    def run(application, *, sent=(), stays=False, **environ):
        uwsgi = SimpleNamespace(
            opt={"processes": b"2", "threads": b"2"},
            connection_fd=here.fileno,
            chunked_read=lambda _seconds: chunks.pop(0) if chunks else b"",
        )
        chunks[:] = sent
        main = SimpleNamespace(app=SimpleNamespace(wsgi_app=application))
        with (
            mock.patch.dict(sys.modules, uwsgi=uwsgi, main=main),
            mock.patch.dict(os.environ),
        ):
            runpy.run_path(str(DEPLOY / "uwsgi_worker.py"))
            request = EnvironBuilder(method="POST").get_environ() | environ
            if not stays:
                client.shutdown(socket.SHUT_WR)
            body, status, headers = run_wsgi_app(main.app.wsgi_app, request, buffered=True)
        client.setblocking(False)
        sent_of_itself = None
        with suppress(BlockingIOError):
            sent_of_itself = client.recv(100)
        return status, headers, b"".join(body), sent_of_itself

    return run


WAITING = {"HTTP_EXPECT": "100-continue"}
CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked"}


def reading(environ, start_response):
    content = environ["wsgi.input"].read()
    start_response("200 OK", [])
    return [content]


def answering(_environ, start_response):
    start_response("200 OK", [])
    return [b"answer"]


def refusing(environ, start_response):
    """As the shop does with a body that is too long: read on when the answer is out."""
    start_response("413 Content Too Large", [])
    yield b"refused"
    assert environ["wsgi.input"].read() == b""


def test_who_waits_to_be_asked_is_asked_when_the_body_is_read(serve):
    answer = serve(reading, **WAITING, **{"wsgi.input": io.BytesIO(b"content")})
    assert (answer[0], answer[2], answer[3]) == (
        "200 OK",
        b"content",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    )
    assert "Connection" not in answer[1]


@pytest.mark.parametrize("how", [WAITING, WAITING | CHUNKED], ids=["length", "chunks"])
def test_who_was_not_asked_sends_nothing_and_gets_no_permission_after_the_answer(serve, how):
    following = b"GET / HTTP/1.1\r\n\r\n"
    source = {"wsgi.input": io.BytesIO(following)}
    status, headers, _, sent = serve(refusing, sent=[following], **how, **source)
    assert (status, sent) == ("413 Content Too Large", b"")
    assert headers["Connection"] == "close"


def test_chunks_are_one_body(serve):
    assert serve(reading, sent=[b"one", b"two"], **CHUNKED)[2] == b"onetwo"


@pytest.mark.parametrize(
    "how",
    [CHUNKED, WAITING, {"HTTP_CONNECTION": "TE, close"}],
    ids=["chunks", "nobody asked", "asked to"],
)
def test_no_request_is_read_behind_the_last_answer(connection, serve, how):
    here, client = connection
    client.sendall(b"\r\n")
    assert serve(answering, **how)[1]["Connection"] == "close"
    assert here.recv(1) == b""


def test_a_client_that_stays_is_not_listened_to_for_ever(connection, serve):
    here, client = connection
    following = b"GET / HTTP/1.1\r\n\r\n"

    def send():
        with suppress(ConnectionError):
            while True:
                client.sendall(following)
                time.sleep(0.01)

    sending = threading.Thread(target=send)
    sending.start()
    try:
        assert serve(answering, **CHUNKED, stays=True)[1]["Connection"] == "close"
        assert here.recv(1) == b""
    finally:
        here.close()
        client.shutdown(socket.SHUT_WR)
        sending.join()


def test_no_client_says_by_what_scheme_it_came(serve):
    def scheme(environ, start_response):
        start_response("200 OK", [])
        return [f"{environ['wsgi.url_scheme']} {environ.get('HTTPS')}".encode()]

    believed = {"wsgi.url_scheme": "https", "HTTPS": "on", "HTTP_X_FORWARDED_PROTO": "https"}
    assert serve(scheme, **believed)[2] == b"http None"


def test_the_application_can_end_its_wait_for_a_client(serve):
    def hang_up(environ, start_response):
        environ[CONNECTION].shutdown(socket.SHUT_RD)
        read = socket.socket(fileno=os.dup(environ[CONNECTION].number))
        start_response("200 OK", [])
        with read:
            read.setblocking(False)
            return [read.recv(1) or b"ended"]

    assert serve(hang_up, stays=True)[2] == b"ended"


@pytest.mark.parametrize("given", [{}, {"HTTP_X_REQUEST_ID": "mine-1"}])
def test_a_refusal_bears_the_requests_own_id(serve, given):
    status, headers, _, _ = serve(reading, HTTP_TRANSFER_ENCODING="gzip", **given)
    assert status == "400 Bad Request"
    assert headers["X-Request-Id"] == given.get("HTTP_X_REQUEST_ID", headers["X-Request-Id"])
