"""The whole shop against its own description: what is answered is what is described.

Requests are made of the description by Schemathesis, good ones and wrong ones, and sent by every
kind of asker. They are the same in every run.
"""

import copy
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.contract.answers import check
from tests.contract.good import GOOD, LISTS, OF_FILES, OF_REPORTS, WITH_BODY
from tests.contract.world import Good

EXAMPLES = 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def operations(description: Any, wsgi_app: Any) -> dict[str, Any]:
    """The operations, by method and path."""
    told = copy.deepcopy(description)
    # Who asks is said here: Schemathesis would make up tokens.
    del told["components"]["securitySchemes"]
    for path in told["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    schema = schemathesis.openapi.from_dict(told)
    schema.app = wsgi_app
    found: list[Any] = list(schema.get_all_operations())
    return {each.ok().label: each.ok() for each in found}


@st.composite
def requests(
    draw: Any, operation: Any, mode: GenerationMode, goods: list[Good], askers: Any
) -> Any:
    """Draw a request and who sends it: mostly of something that is there, by who may."""
    good = draw(st.sampled_from(goods))
    fixed = dict(good.path) if draw(st.integers(0, 5)) else None
    case = draw(operation.as_strategy(mode, path_parameters=fixed))
    if mode is GenerationMode.POSITIVE and isinstance(case.body, dict) and draw(st.booleans()):
        # Names and codes that are known, and not only texts of the right form.
        names = st.sets(st.sampled_from(sorted(good.body))) if good.body else st.just(set())
        case.body.update({name: good.body[name] for name in draw(names)})
    who = draw(st.sampled_from([good.who] * 2 * len(askers) + list(askers.values())))
    return case, who


def refused_unless_blanks_make_it_wrong(context: Any, answer: Any, case: Any) -> Any:
    """Check that a wrong request is refused; one that is right without blanks around need not be."""
    body = case.body if isinstance(case.body, dict) else {}
    if any(isinstance(text, str) and text != text.strip() for text in body.values()):
        return None
    return negative_data_rejection(context, answer, case)


def send(case: Any, who: Mapping[str, str], checks: Any) -> Any:
    answer = case.call(headers=dict(who))
    headers = {name: values[0] for name, values in answer.headers.items()}
    check(case.method, answer.status_code, headers, answer.content)
    assert (answer.status_code == 201) <= ("location" in headers)
    case.validate_response(answer, checks=checks)
    return answer


def fuzz(operation: Any, mode: GenerationMode, goods: list[Good], askers: Any, checks: Any) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(requests(operation, mode, goods, askers))
    def ask(request: Any) -> None:
        case, who = request
        send(case, who, checks)

    ask()


def test_each_operation_is_here(operations):
    assert operations.keys() == GOOD.keys()
    assert {*WITH_BODY, *OF_FILES} == {label for label, found in operations.items() if found.body}
    assert {
        *LISTS,
        *OF_REPORTS,
        *(f"GET /api/v1/{each}" for each in ("slots", "stock/recalls", "suggestions")),
    } == {label for label, found in operations.items() if found.query and label.startswith("GET")}


@pytest.mark.parametrize("label", GOOD)
class TestEachOperation:
    def test_good_request(self, operations, world, label):
        good = GOOD[label](world)
        case = operations[label].Case(
            path_parameters=dict(good.path),
            **({} if good.body is None else {"body": good.body, "media_type": "application/json"}),
            **({} if good.file is None else {"body": good.file, "media_type": "image/png"}),
        )
        assert send(case, good.who, CHECKS).status_code == good.status

    def test_requests_as_described(self, operations, world, label):
        goods = [GOOD[label](world) for _ in range(3)]
        fuzz(operations[label], GenerationMode.POSITIVE, goods, world.askers(), CHECKS)


# Of the others, only the path could be wrong, and that names nothing then.
@pytest.mark.parametrize("label", [*WITH_BODY, *LISTS, *OF_REPORTS])
def test_requests_other_than_described(operations, world, label):
    goods = [GOOD[label](world) for _ in range(3)]
    checks = [*CHECKS, refused_unless_blanks_make_it_wrong]
    fuzz(operations[label], GenerationMode.NEGATIVE, goods, world.askers(), checks)
