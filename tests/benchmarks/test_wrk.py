"""What wrk sends and says, against a small server."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from benchmarks.measuring import wrk
from benchmarks.measuring.wrk import Plan, Request

pytestmark = pytest.mark.skipif(shutil.which("wrk") is None, reason="there is no wrk here")


class Recorder(BaseHTTPRequestHandler):
    """Answers 200, or 409 to what is called so; keeps what it was sent."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[tuple[str, str, str | None, bytes]]] = []

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append((self.command, self.path, self.headers.get("Authorization"), body))
        self.send_response(409 if "conflict" in self.path else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_GET = do_PUT = do_POST = _answer  # noqa: N815 - the library's own names

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    Recorder.seen.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_sends_the_requests_in_order_and_again_from_the_first(url: str, tmp_path: Path) -> None:
    body = '{"quantity": "2"}'
    asked = [Request("GET", "/a"), Request("PUT", "/b", "secret", body), Request("GET", "/c")]

    outcome = wrk.run(url, Plan(asked), tmp_path / "plan", 1, 0.4)

    assert outcome.errors == 0
    assert outcome.requests > 3
    assert ("PUT", "/b", "Bearer secret", body.encode()) in Recorder.seen
    paths = [path for _, path, _, _ in Recorder.seen]
    turn = paths.index("/a")
    assert paths[turn : turn + 4] == ["/a", "/b", "/c", "/a"]


def test_begins_with_the_request_that_it_is_told(url: str, tmp_path: Path) -> None:
    asked = [Request("GET", f"/{number}") for number in range(1000)]
    wrk.run(url, Plan(asked, first=500), tmp_path / "plan", 1, 0.2)
    assert Recorder.seen[0][1] in {"/500", "/501"}


def test_sends_what_can_be_sent_once_only_once_and_ends_with_it(url: str, tmp_path: Path) -> None:
    asked = [Request("POST", f"/{number}") for number in range(60)]

    outcome = wrk.run(url, Plan(asked, once=True), tmp_path / "plan", 4, 5)

    paths = [path for _, path, _, _ in Recorder.seen if path != "/livez"]
    # Of the last ones wrk may not wait for the answers, nor even send them.
    assert len(paths) == len(set(paths)) >= 50
    assert outcome.seconds < 4
    assert outcome.rps == pytest.approx(outcome.requests / outcome.seconds)


def test_counts_an_answer_that_is_no_success(url: str, tmp_path: Path) -> None:
    asked = [Request("GET", "/a"), Request("GET", "/conflict")]
    outcome = wrk.run(url, Plan(asked), tmp_path / "plan", 2, 0.3)
    assert outcome.errors > 0
    assert "status" in outcome.detail


def test_takes_fractions_of_a_second(url: str, tmp_path: Path) -> None:
    outcome = wrk.run(url, Plan([Request("GET", "/a")]), tmp_path / "plan", 2, 0.5)
    assert 0.4 < outcome.seconds < 2.5


def test_says_when_there_is_nobody(tmp_path: Path) -> None:
    with pytest.raises(wrk.WrkFailed, match="wrk ended with"):
        wrk.run("http://127.0.0.1:1", Plan([Request("GET", "/a")]), tmp_path / "plan", 1, 0.2)
