"""Whether a peer is the same shop: the same answers to the requests of each load, and to wrong ones.

JSON is compared as JSON. What a request makes anew (ids, tokens, moments) has to have the same form, and a cursor has to lead
to the same page.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote

import httpx

from benchmarks.loads.cases import SAMPLE, UUID, Case, Forms, cases
from benchmarks.loads.ground import Ground
from benchmarks.loads.plans import LOADS
from benchmarks.measuring.wrk import Request

PAGES = 3

_REQUEST_ID = "answers-1"
_HEADERS = (
    *("x-content-type-options", "referrer-policy", "cache-control", "content-security-policy"),
    "x-request-id",
)
# A purchase's id, and what an entity tag says of the bytes that were sent.
_VARYING = {"location": re.compile(UUID), "etag": re.compile("(?<=-)[0-9a-f]{16}")}
# Words for people; each framework has its own.
_FREE_WORDS = frozenset({"detail", "errors", "request_id"})

_PLACE = re.compile(r"/\d+")


class AnswersDiffer(Exception):  # noqa: N818 - they do
    """A peer answers otherwise; the text names the load, the peer and the first difference."""


def compare(ours_url: str, peers: Mapping[str, str], ground: Ground) -> None:
    """Ask ours and each peer (URLs by key) the same. Raises AnswersDiffer at the first difference."""
    with ExitStack() as end:
        ours = end.enter_context(_client(ours_url))
        for key, url in peers.items():
            theirs = end.enter_context(_client(url))
            for case in cases(ground):
                _check(key, case, _ask(ours, case.ours), _ask(theirs, case.theirs or case.ours))
            for request in LOADS["product"].make(ground, "", 3):
                _revalidate(key, request, ours, theirs)
            for name in ("list-first", "search"):
                for request in LOADS[name].make(ground, ours_url, SAMPLE):
                    _follow(key, name, request.path, ours, theirs)
            _tenth(key, ground, ours, theirs)


def _client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, trust_env=False, timeout=30)


def _ask(client: httpx.Client, request: Request) -> httpx.Response:
    headers = {"X-Request-Id": _REQUEST_ID}
    if request.token:
        headers["Authorization"] = f"Bearer {request.token}"
    if request.body:
        headers["Content-Type"] = "application/json"
    return client.request(
        request.method, request.path, headers=headers, content=request.body.encode()
    )


def _check(key: str, case: Case, ours: httpx.Response, theirs: httpx.Response) -> None:
    """Raise AnswersDiffer unless both answer as the case says, and alike."""
    said = f"{case.load}, peer {key}: {case.ours.method} {case.ours.path} {case.ours.body}"
    if ours.status_code != case.status:
        raise AnswersDiffer(
            f"{said}: ours answers {ours.status_code}, not {case.status}: {ours.text}"
        )
    difference = _head(ours, theirs) or _difference(_body(ours), _body(theirs), case.forms)
    if difference:
        raise AnswersDiffer(f"{said}: {difference}")


def _head(ours: httpx.Response, theirs: httpx.Response) -> str | None:
    """Return how the status or a header differs, or None."""
    if ours.status_code != theirs.status_code:
        return f"status {theirs.status_code} instead of {ours.status_code}: {theirs.text[:500]}"
    if _media_type(ours) != _media_type(theirs):
        return f"content-type {_media_type(theirs)} instead of {_media_type(ours)}"
    for name in _HEADERS:
        if ours.headers.get(name) != theirs.headers.get(name):
            return f"{name} {theirs.headers.get(name)} instead of {ours.headers.get(name)}"
    for name, varies in _VARYING.items():
        mine, yours = (varies.sub("…", each.headers.get(name, "")) for each in (ours, theirs))
        if mine != yours:
            return f"{name} {yours} instead of {mine}"
    return None


def _media_type(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-type", "")).partition(";")[0]


def _body(answer: httpx.Response) -> Any:
    """Return the JSON; of a list whether there is more, of a problem what programs read."""
    body = answer.json()
    if "code" in body and "problem" in _media_type(answer):
        return {name: value for name, value in body.items() if name not in _FREE_WORDS}
    if "next" in body:
        body["next"] = body["next"] is not None
    return body


def _difference(ours: Any, theirs: Any, forms: Forms, at: str = "") -> str | None:
    """Return where and how two JSON values differ, or None."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if ours.keys() != theirs.keys():
            return f"{at or '/'} has {sorted(theirs)} instead of {sorted(ours)}"
        return _first(
            lambda name: _difference(ours[name], theirs[name], forms, f"{at}/{name}"), list(ours)
        )
    if isinstance(ours, list) and isinstance(theirs, list):
        if len(ours) != len(theirs):
            return f"{at} has {len(theirs)} items instead of {len(ours)}"
        return _first(
            lambda n: _difference(ours[n], theirs[n], forms, f"{at}/{n}"), range(len(ours))
        )
    return _plain_difference(ours, theirs, forms.get(_PLACE.sub("/*", at)), at)


def _plain_difference(ours: Any, theirs: Any, form: str | None, at: str) -> str | None:
    if form is not None:
        return _formed(ours, theirs, form, at)
    same = type(ours) is type(theirs) and ours == theirs
    return None if same else f"{at} is {theirs!r} instead of {ours!r}"


def _first(difference: Callable[[Any], str | None], places: Sequence[Any]) -> str | None:
    return next(filter(None, map(difference, places)), None)


def _formed(ours: Any, theirs: Any, form: str, at: str) -> str | None:
    same = type(ours) is type(theirs)
    if same and all(re.fullmatch(form, str(each), re.ASCII) for each in (ours, theirs)):
        return None
    return f"{at} is {theirs!r}, which is not of the form of {ours!r}"


def _follow(key: str, load: str, path: str, ours: httpx.Client, theirs: httpx.Client) -> None:
    """Compare a list's first pages, each reached by the own cursor of who is asked."""
    mine, yours = Request("GET", path), Request("GET", path)
    for _ in range(PAGES):
        answers = _ask(ours, mine), _ask(theirs, yours)
        _check(key, Case(load, mine, theirs=yours), *answers)
        cursors = [answer.json()["next"] for answer in answers]
        if cursors[0] is None:
            return
        mine, yours = (Request("GET", f"{path}&cursor={quote(each)}") for each in cursors)


def _revalidate(key: str, request: Request, ours: httpx.Client, theirs: httpx.Client) -> None:
    """Compare what is answered to somebody who has it already."""
    answers = []
    for client in (ours, theirs):
        tag = _ask(client, request).headers.get("etag", "")
        answers.append(client.get(request.path, headers={"If-None-Match": tag}))
    if answers[0].status_code != answers[1].status_code:
        raise AnswersDiffer(
            f"product, peer {key}: GET {request.path} with its own etag is answered"
            f" {answers[1].status_code} instead of {answers[0].status_code}"
        )


def _tenth(key: str, ground: Ground, ours: httpx.Client, theirs: httpx.Client) -> None:
    """Compare the pages that list-tenth asks for."""
    load = LOADS["list-tenth"]
    number = min(SAMPLE, len(ground.deep))
    pairs = (load.make(ground, str(each.base_url), number) for each in (ours, theirs))
    for mine, yours in zip(*pairs, strict=True):
        case = Case(load.name, mine, theirs=yours)
        _check(key, case, _ask(ours, mine), _ask(theirs, yours))
