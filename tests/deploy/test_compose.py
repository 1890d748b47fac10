"""docker-compose.yaml, db.env and the settings, held to each other."""

import ipaddress
import re
from urllib.parse import urlsplit

import pytest

from app.core.settings import SettingsError, load_settings
from app.core.settings.production import KNOWN_PASSWORDS
from local.environments import ROOT
from tests.support.containers import (
    compose,
    env_file,
    environment,
    image_environment,
    services,
    the,
    unknown_settings,
)
from tests.support.memory import MASTER, PASSWORD, PICTURE, WORKER, worst_of_bodies

ONE_SHOT = {"migrate", "certificate"}
SHOP = {"migrate", "tidy", "api", "api1", "api2"}
EVERY = compose()["services"]
PORT = the("EXPOSE").text
FILES = ("db.env", "deploy/postgresql/app.env")
each_service = pytest.mark.parametrize("name", EVERY)
each_of_the_shop = pytest.mark.parametrize("name", sorted(SHOP))


def seconds(text):
    return int(text.removesuffix("s"))


@pytest.fixture
def shop_environment(monkeypatch):
    """Make this process's environment that of a service's container, but for where files are."""

    def become(name, **more):
        merged = {**image_environment(), **environment(EVERY[name]), **more}
        assert merged.get("OGS_CONFIG", target_of_settings()) == target_of_settings()
        merged["OGS_CONFIG"] = str(ROOT / compose()["configs"]["settings"]["file"])
        for variable, value in merged.items():
            if variable.startswith("OGS_"):
                monkeypatch.setenv(variable, value)

    return become


def target_of_settings():
    (config,) = EVERY["api"]["configs"]
    return config["target"]


class TestPorts:
    @pytest.mark.parametrize(
        ("profiles", "service"),
        [
            ((), "api"),
            (("gateway",), "gateway"),
            (("scale",), "gateway"),
            (("gateway", "scale"), "gateway"),
        ],
    )
    def test_one_is_published_and_on_loopback_only(self, profiles, service):
        published = {
            name: each["ports"] for name, each in services(*profiles).items() if "ports" in each
        }
        assert set(published) == {service}
        (port,) = published[service]
        assert port.startswith("127.0.0.1:")

    def test_the_apis_is_the_one_that_it_listens_on(self):
        assert EVERY["api"]["ports"][0] == f"127.0.0.1:8000:{PORT}"

    def test_the_gateways_is_one_that_nginx_listens_on_with_tls(self):
        inside = EVERY["gateway"]["ports"][0].rsplit(":", 1)[1]
        assert re.search(rf"listen {inside} ssl\b", site())

    def test_the_databases_network_leads_nowhere(self):
        assert EVERY["db"]["networks"] == ["inside"]
        assert compose()["networks"]["inside"]["internal"] is True


class TestProfiles:
    def test_there_is_one_api_alone_or_one_or_two_behind_the_gateway(self):
        def apis(*profiles):
            return {name for name in services(*profiles) if name.startswith("api")}

        assert apis() == {"api"}
        assert apis("gateway") == {"api1"}
        assert apis("gateway", "scale") == apis("scale") == {"api1", "api2"}
        assert "gateway" in services("scale")
        assert "gateway" not in services()

    def test_whoever_is_waited_for_is_there(self):
        for profiles in ((), ("gateway",), ("scale",)):
            running = services(*profiles)
            for service in running.values():
                for name, how in service.get("depends_on", {}).items():
                    assert name in running or how["required"] is False


class TestEveryService:
    @each_service
    def test_has_nothing_to_gain_from_within(self, name):
        service = EVERY[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "cap_add" not in service
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not {"privileged", "pid", "ipc"} & set(service)

    @each_service
    def test_is_bounded(self, name):
        service = EVERY[name]
        assert service["mem_limit"]
        assert service["pids_limit"]
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}

    @each_service
    def test_is_looked_after_or_runs_once(self, name):
        service = EVERY[name]
        if name in ONE_SHOT:
            assert service["healthcheck"] == {"disable": True}
            assert service["restart"] == "no"
        else:
            assert service["healthcheck"]["test"]
            assert service["restart"] == "unless-stopped"

    @each_service
    def test_takes_files_that_are_there_and_cannot_change_them(self, name):
        for volume in EVERY[name].get("volumes", ()):
            source, _, rest = volume.partition(":")
            if source.startswith("."):
                assert (ROOT / source).exists()
                assert rest.endswith(":ro")
            else:
                assert source in compose()["volumes"]

    @each_of_the_shop
    def test_has_its_code_from_the_image(self, name):
        assert EVERY[name]["build"] == "."
        assert "volumes" not in EVERY[name]
        assert "user" not in EVERY[name]


class TestSettings:
    @each_service
    def test_every_variable_of_ours_is_a_setting(self, name):
        assert not unknown_settings(environment(EVERY[name]))

    @each_of_the_shop
    def test_the_shop_starts_with_them(self, name, shop_environment):
        shop_environment(name)
        settings = load_settings()
        assert settings.env == "development"
        assert settings.http.docs

    @each_of_the_shop
    def test_a_service_has_the_passwords_that_it_needs_and_no_other(self, name):
        mine = environment(EVERY[name])
        assert "OGS_DATABASE__URL" in mine
        assert ("OGS_DATABASE__OWNER_URL" in mine) == (name == "migrate")
        assert not mine.get("POSTGRESQL_PASSWORD")

    @each_service
    def test_no_variable_is_taken_from_the_shell(self, name):
        """One without a value is, and so is $NAME in a value; the files are read in the same way."""
        said = EVERY[name].get("environment", {})
        assert isinstance(said, dict)
        assert None not in said.values()
        given = [
            *map(str, said.values()),
            *(
                env_file(file)[each]
                for file in EVERY[name].get("env_file", ())
                for each in env_file(file)
            ),
        ]
        assert not [value for value in given if "$" in value]

    def test_only_ports_and_images_are(self):
        text = (ROOT / "docker-compose.yaml").read_text("utf-8")
        used = set(re.findall(r"(?<!\$)\$\{?(\w+)", text))
        assert used == {"API_PORT", "GATEWAY_PORT", "POSTGRESQL_IMAGE", "NGINX_IMAGE"}

    def test_the_file_of_the_owner_is_for_two_services(self):
        assert {name for name in EVERY if "db.env" in EVERY[name].get("env_file", ())} == {
            "db",
            "migrate",
        }

    def test_the_local_passwords_are_known_to_be_bad(self):
        assert env_file()["POSTGRESQL_PASSWORD"] in KNOWN_PASSWORDS
        for file in FILES:
            assert "LOCAL STACK ONLY" in (ROOT / file).read_text("utf-8")

    def test_production_refuses_each_of_them(self, shop_environment):
        shop_environment(
            "migrate", OGS_ENV="production", OGS_SECRET="b7Qz0vKc3xWm9rTf2yLh8pNd5sGj1aUe"
        )
        with pytest.raises(SettingsError) as refused:
            load_settings()
        for setting in ("database.url", "database.owner_url"):
            assert re.search(rf"{setting} \(\w+\) has a known password", str(refused.value))

    @pytest.mark.parametrize("name", ["OGS_DATABASE__URL", "OGS_DATABASE__OWNER_URL"])
    def test_the_urls_lead_to_the_database(self, name):
        url = urlsplit(environment(EVERY["db"])[name])
        assert url.hostname == "db"
        assert url.port == 5432
        assert url.path == f"/{env_file()['POSTGRESQL_DATABASE']}"
        assert {url.hostname} <= set(EVERY)

    def test_the_connections_of_all_fit(self, shop_environment):
        shop_environment("api2")
        workers = 2
        pools = len([name for name in services("scale") if name.startswith("api")]) * workers
        # PostgreSQL's own default is 100, three of them the superuser's; tidy and migrate take a few.
        assert pools * load_settings().database.pool_size <= 90


class TestApi:
    @pytest.mark.parametrize("name", ["api", "api1", "api2"])
    def test_is_healthy_when_it_can_sell(self, name, application):
        _, program, path = EVERY[name]["healthcheck"]["test"]
        assert program == the("HEALTHCHECK").command[0]
        assert path == "/readyz"
        assert path in {rule.rule for rule in application.url_map.iter_rules()}

    @pytest.mark.parametrize("name", ["api", "api1", "api2"])
    def test_has_the_time_to_end(self, name):
        graceful = int(image_environment()["GUNICORN_CMD_ARGS"].split()[1])
        assert graceful < seconds(EVERY[name]["stop_grace_period"]) <= 10

    @pytest.mark.parametrize("name", ["api", "api1", "api2"])
    def test_has_the_memory_that_it_may_need(self, name, shop_environment):
        """The sum of docs/deploy.md, in MiB: master, workers with two passwords, a picture and all bodies, /tmp."""
        shop_environment(name)
        http = load_settings().http
        bodies = worst_of_bodies(http.max_concurrent_requests, http)
        (tmp,) = re.findall(r"^/tmp:size=(\d+)m$", "\n".join(EVERY[name]["tmpfs"]), re.MULTILINE)
        needed = MASTER + 2 * (WORKER + 2 * PASSWORD + PICTURE + bodies) + int(tmp)
        assert needed <= int(EVERY[name]["mem_limit"].removesuffix("m"))

    def test_tidy_is_healthy_for_longer_than_it_sleeps(self):
        every, pause, command = EVERY["tidy"]["command"]
        assert (every, command) == ("every", "tidy")
        (minutes,) = re.findall(r"/tmp/every -mmin -(\d+)", EVERY["tidy"]["healthcheck"]["test"][1])
        assert int(minutes) * 60 > int(pause) + 120


class TestGateway:
    def test_the_apis_behind_it_believe_its_network_and_no_other(self, shop_environment):
        (subnet,) = (each["subnet"] for each in compose()["networks"]["edge"]["ipam"]["config"])
        assert "edge" in EVERY["gateway"]["networks"]
        for name in ("api1", "api2"):
            shop_environment(name)
            assert load_settings().http.gateways == (ipaddress.ip_network(subnet),)
            address = EVERY[name]["networks"]["edge"]["ipv4_address"]
            assert ipaddress.ip_address(address) in ipaddress.ip_network(subnet)

    def test_the_api_that_is_published_believes_nobody(self, shop_environment):
        shop_environment("api")
        assert not load_settings().http.gateways

    def test_it_finds_the_apis_by_their_common_name(self):
        name, port = re.search(r"server (\w+):(\d+)", site()).groups()
        assert port == PORT
        for api in ("api1", "api2"):
            assert EVERY[api]["networks"]["edge"]["aliases"] == [name]
        addresses = {EVERY[api]["networks"]["edge"]["ipv4_address"] for api in ("api1", "api2")}
        assert len(addresses) == 2

    def test_it_has_the_time_to_end(self):
        main = (ROOT / "deploy" / "nginx" / "nginx.conf").read_text("utf-8")
        (bound,) = re.findall(r"^worker_shutdown_timeout (\d+)s;", main, re.MULTILINE)
        assert EVERY["gateway"]["stop_signal"] == "SIGQUIT"
        assert seconds(EVERY["gateway"]["stop_grace_period"]) > int(bound)

    def test_its_certificate_is_where_it_looks(self):
        folder = "/certificates"
        assert f"certificates:{folder}:ro" in EVERY["gateway"]["volumes"]
        assert f"certificates:{folder}" in EVERY["certificate"]["volumes"]
        script = EVERY["certificate"]["command"][0]
        for file in re.findall(rf"{folder}/([\w.]+);", site()):
            assert f"out {file}" in script
        assert EVERY["certificate"]["network_mode"] == "none"

    def test_it_reads_every_file_of_its_own(self):
        mounted = {volume.split(":")[0] for volume in EVERY["gateway"]["volumes"]}
        assert {"./deploy/nginx/nginx.conf", "./deploy/nginx/shop"} <= mounted


def site():
    return (ROOT / "deploy" / "nginx" / "sites" / "compose.conf").read_text("utf-8")
