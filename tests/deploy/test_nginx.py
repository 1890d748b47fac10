"""deploy/nginx says what the app says. That it works with a real NGINX is `make conformance`'s to show."""

import json
import re
from pathlib import Path

import pytest

from app.core.settings import DatabaseSettings
from app.core.telemetry.logging import request_id
from app.core.web.bodies import LINES_BODY, longest_body
from app.core.web.errors import problem_body, problem_of_status
from app.core.web.http import SECURITY_HEADERS
from tests.support.nginx import Directive, read, seconds

NGINX = Path("deploy/nginx")
SITES = sorted((NGINX / "sites").glob("*.conf"))
# Python 3.11 has an older name for it than the standard and NGINX.
NEWER = {414: ("URI Too Long", "uri_too_long")}
VARIABLE = re.compile(r"\$\{?(\w+)\}?")


@pytest.fixture(scope="module")
def http() -> Directive:
    """What holds everywhere, with the files that it includes."""
    return read(NGINX / "shop" / "http.conf", NGINX)


@pytest.fixture(scope="module", params=SITES, ids=lambda path: path.stem)
def site(request) -> Directive:
    return read(request.param, NGINX)


@pytest.fixture(scope="module")
def server() -> Directive:
    return read(NGINX / "shop" / "server.conf", NGINX)


@pytest.fixture(scope="module")
def statuses(server) -> set[int]:
    """The statuses that NGINX's own errors go out with."""
    found = set()
    for page in server.all("error_page"):
        *codes, where = page.words
        assert where == "/.problem"
        changed = [int(code[1:]) for code in codes if code.startswith("=")]
        found |= set(changed or map(int, codes))
    return found


@pytest.fixture(scope="module")
def gunicorn() -> str:
    return Path("deploy/gunicorn.conf.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def line(http) -> str:
    """What a line of the access log is made of."""
    (made,) = http.all("log_format")
    assert made.words[:2] == ["shop", "escape=json"]
    return "".join(made.words[2:])


def value(block: Directive, name: str) -> str:
    """Return the argument of a directive that is there once."""
    (found,) = block.all(name)
    return found.text


def mapping(http: Directive, variable: str) -> dict[str, str]:
    """Return a map by what it makes."""
    (found,) = [each for each in http.all("map") if each.words[1] == variable]
    return {each.name.strip("\"'"): each.text for each in found.block}


class TestHeaders:
    def test_the_apps_security_headers_are_on_its_own_answers(self, http):
        added = {each.words[0]: each.words for each in http.all("add_header")}
        for name, said in SECURITY_HEADERS.items():
            assert added[name][2:] == ["always"], name
            made = mapping(http, added[name][1])
            assert made == {"": said, "default": ""}, name

    def test_an_api_that_says_them_is_not_talked_over(self, http):
        for name in [*SECURITY_HEADERS, "X-Request-Id", "Retry-After"]:
            (added,) = [each for each in http.all("add_header") if each.words[0] == name]
            (made,) = [each for each in http.all("map") if each.words[1] == added.words[1]]
            assert made.words[0] == f"$upstream_http_{name.lower().replace('-', '_')}"
            assert mapping(http, added.words[1])["default"] == ""

    def test_nothing_inside_undoes_them(self, server, site):
        # One directive of these in a block drops all that it would inherit.
        for block in (server, site):
            assert not block.all("add_header")
            assert not block.all("proxy_set_header")

    def test_hsts_is_for_tls_only(self, http):
        made = mapping(http, "$strict_transport_security")
        assert made["default"] == ""
        assert int(made["https"].partition("=")[2]) >= 15_552_000


class TestForwarded:
    def test_what_the_app_believes_is_set_here(self, http):
        told = {each.words[0]: each.words[1] for each in http.all("proxy_set_header")}
        assert told["X-Forwarded-For"] == "$remote_addr"
        for name in ("Proto", "Host", "Port", "Prefix"):
            assert f"X-Forwarded-{name}" in told
        assert told["X-Forwarded-Prefix"] == told["Forwarded"] == told["Connection"] == ""

    def test_nothing_of_the_clients_is_appended_to(self, http):
        said = " ".join(each.words[1] for each in http.all("proxy_set_header"))
        assert "proxy_add" not in said
        assert "$http_" not in said
        # The scheme of a balancer is believed where a site says that it is one.
        (scheme,) = [each for each in http.all("map") if each.words[1] == "$public_scheme"]
        assert scheme.words[0].startswith("$balancer ")
        assert [each.name.strip('"')[:2] for each in scheme.block[:-1]] == ["1 ", "1 "]

    @pytest.mark.parametrize(
        "given", ["a", "A.b_c-9", "a" * 64, "a" * 65, "", "a b", "ä", '"', "a/b"]
    )
    def test_ids_are_taken_by_the_apps_rule(self, http, given):
        patterns = [name for name in mapping(http, "$id") if name.startswith("~")]
        taken = any(re.search(pattern.removeprefix("~"), given) for pattern in patterns)
        assert taken is (request_id(given) == given)

    def test_underscores_and_slashes_are_the_apps(self, http):
        assert value(http, "underscores_in_headers") == "off"
        assert value(http, "merge_slashes") == "off"


class TestProblems:
    def test_each_is_what_the_app_would_say(self, http, statuses):
        assert statuses >= {400, 404, 405, 413, 414, 429, 431, 500, 501, 502, 503, 504}
        titles, codes = mapping(http, "$problem_title"), mapping(http, "$problem_code")
        details = mapping(http, "$problem_detail")
        for status in statuses:
            problem = problem_of_status(status)
            expected = NEWER.get(status, (problem.title, problem.code))
            assert (titles[str(status)], codes[str(status)]) == expected
            assert details[str(status)].endswith(".")
        assert {*map(int, titles)} == {*map(int, codes)} == {*map(int, details)} == statuses

    def test_the_form_is_the_apps(self, http, server):
        (page,) = [each for each in server.all("location") if each.words[-1] == "/.problem"]
        assert page.all("internal")
        (sent,) = page.all("return")
        made = {
            name: f"[{name}]" for name in ("id", "problem_title", "problem_code", "problem_detail")
        }
        said = json.loads(VARIABLE.sub(lambda found: made.get(found[1], "404"), sent.words[1]))
        ours = json.loads(problem_body(problem_of_status(404, "There is nothing here."), "an-id"))
        assert said.keys() == ours.keys()
        assert (said["type"], said["status"], said["request_id"]) == ("about:blank", 404, "[id]")
        assert value(http, "default_type") == "application/problem+json"

    def test_who_has_to_wait_is_told_how_long(self, http):
        waits = mapping(http, "$wait")
        assert {name for name, wait in waits.items() if wait} == {"429", "502", "503", "504"}

    def test_the_apps_own_are_left_alone(self, http, server, site):
        for block in (http, server, site):
            assert not block.all("proxy_intercept_errors")


class TestLimits:
    def test_a_body_may_be_as_long_as_the_apps(self, http):
        assert int(value(http, "client_max_body_size")) >= LINES_BODY

    def test_what_may_be_longer_is_not_kept_here(self, server, application):
        (long_bodies,) = [each for each in server.all("location") if each.words[0] == "~"]
        # Whatever is too long, the app says so.
        assert value(long_bodies, "client_max_body_size") == "0"
        assert value(long_bodies, "proxy_request_buffering") == "off"
        long = {
            rule.rule
            for rule in application.url_map.iter_rules()
            if longest_body(application, rule.endpoint) > LINES_BODY
        }
        paths = {rule: rule.replace("<code>", "milk-1l") for rule in long}
        assert paths
        assert {
            rule for rule, path in paths.items() if re.search(long_bodies.words[1], path)
        } == long
        assert not re.search(long_bodies.words[1], "/api/v1/products/milk-1l")

    def test_what_is_kept_slow_are_routes(self, http, application):
        rules = {
            (method, rule.rule)
            for rule in application.url_map.iter_rules()
            for method in rule.methods
        }
        for variable in ("$credentials", "$new_cart"):
            for name in set(mapping(http, variable)) - {"default"}:
                assert tuple(name.split(" ")) in rules

    def test_every_zone_is_used_and_refuses_with_429(self, http):
        made = {each.words[1].split(":")[0] for each in http.all("limit_req_zone")}
        assert made == {each.words[0] for each in http.all("limit_req")}
        assert value(http, "limit_req_status") == value(http, "limit_conn_status") == "429"

    def test_slow_clients_have_an_end(self, http):
        for name in ("client_header_timeout", "client_body_timeout", "send_timeout"):
            assert 0 < seconds(value(http, name)) <= 30


class TestTimes:
    """Whoever is nearer to the work gives up first, so that its own words reach the client."""

    def test_an_answer_is_waited_for_longer_than_the_app_works_on_it(self, http, gunicorn):
        database = DatabaseSettings(url="postgresql://a@b/c")
        bounds = database.statement_timeout + database.lock_timeout + database.acquire_timeout
        heartbeat = float(re.search(r"^timeout = (\d+)", gunicorn, re.MULTILINE)[1])
        read_timeout = seconds(value(http, "proxy_read_timeout"))
        assert read_timeout > max(bounds, heartbeat)
        main = read(NGINX / "nginx.conf", NGINX)
        assert seconds(value(main, "worker_shutdown_timeout")) > read_timeout

    def test_idle_connections_end_here_first(self, site, gunicorn):
        kept = float(re.search(r"^keepalive = (\d+)", gunicorn, re.MULTILINE)[1])
        (shop,) = site.all("upstream")
        assert seconds(value(shop, "keepalive_timeout")) < kept
        assert int(value(shop, "keepalive")) > 0

    def test_only_what_is_safe_is_sent_twice(self, http, server, application):
        (repeated,) = http.all("proxy_next_upstream")
        # A POST that was sent is not, as long as nobody says "non_idempotent".
        assert repeated.words == ["error", "timeout"]
        assert int(value(http, "proxy_next_upstream_tries")) == 2
        bound = seconds(value(http, "proxy_next_upstream_timeout"))
        assert seconds(value(http, "proxy_connect_timeout")) < bound
        assert bound < seconds(value(http, "proxy_read_timeout"))
        (never,) = [each for each in server.all("location") if each.all("proxy_next_upstream")]
        assert never.words[0] == "="
        assert any(
            rule.rule == never.words[1] and "PUT" in rule.methods
            for rule in application.url_map.iter_rules()
        )


class TestSites:
    def test_each_has_what_the_rest_asks_for(self, site):
        assert [each.words for each in site.all("upstream")] == [["shop"]]
        assert {each.words[-1] for each in site.all("geo")} == {"$unlimited", "$balancer"}
        served = [each for each in site.all("server") if each.all("proxy_pass")]
        assert served
        for each in served:
            assert value(each, "ssl_protocols") == "TLSv1.2TLSv1.3"
            assert len(each.all("error_page")) == 3

    def test_figures_are_for_loopback_only(self, site):
        for each in site.all("server"):
            if each.all("stub_status"):
                (listen,) = each.all("listen")
                assert listen.words[0].startswith("127.0.0.1:")
                assert [each.words for each in each.all("deny")] == [["all"]]
                assert not each.all("proxy_pass")

    def test_nobody_is_led_to_a_name_of_their_own(self):
        """$host is the client's to say; what leads elsewhere has a name, and all other names get 421."""
        servers = read(NGINX / "sites" / "production.conf", NGINX).all("server")
        for each in servers:
            answers = [where.block for where in each.all("location") if where.words == ["/"]]
            said = [line.words for block in answers for line in block if line.name == "return"]
            listens = [listen.words for listen in each.all("listen")]
            if any("default_server" in words for words in listens):
                assert {words[0] for words in listens} == {"8080", "8443"}
                assert said == [["421"]]
            elif ["8080"] in listens:
                assert said == [["308", "https://$server_name$request_uri"]]
                assert value(each, "server_name") == "shop.example"
        assert [["8080"]] in [[listen.words for listen in each.all("listen")] for each in servers]

    def test_metrics_are_for_nobody(self, server, application):
        (barred,) = [each for each in server.all("location") if each.words == ["=", "/metrics"]]
        assert value(barred, "return") == "404"
        assert any(rule.rule == "/metrics" for rule in application.url_map.iter_rules())

    def test_old_ciphers_are_not_spoken(self, site):
        for each in site.all("ssl_ciphers"):
            for cipher in each.text.split(":"):
                assert re.fullmatch(
                    r"ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-SHA\d+|CHACHA20-POLY1305)", cipher
                )


class TestLog:
    def test_it_is_one_line_of_json(self, line):
        said = json.loads(VARIABLE.sub("1", line))
        assert {
            "time",
            "request_id",
            "status",
            "upstream_status",
            "upstream_seconds",
        } <= said.keys()

    def test_no_query_and_no_token_is_in_it(self, http, line):
        said = set(VARIABLE.findall(line))
        assert not said & {
            "request",
            "request_uri",
            "args",
            "query_string",
            "http_authorization",
            "http_referer",
        }
        (path,) = [name for name in mapping(http, "$path") if name.startswith("~")]
        assert re.search(path[1:].replace("?<", "?P<"), "/a/b?q=milk")["bare"] == "/a/b"
