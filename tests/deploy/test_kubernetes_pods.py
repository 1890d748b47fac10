"""deploy/kubernetes: how pods run and end, and the sums of connections, memory and time."""

import re
import runpy
from math import ceil

import pytest

from app.core.serving.server import GOODBYE_SECONDS, SHORTEST_WAIT
from app.core.serving.worker import CLEANUP_SECONDS
from app.core.settings import DatabaseSettings, HttpSettings
from app.login.passwords import AT_ONCE
from local.environments import ROOT
from tests.support.manifests import OVERLAYS, matches, mebibytes, rendered
from tests.support.memory import MASTER, PASSWORD, PICTURE, WORKER, worst_of_bodies

OURS = ("api", "migrate", "tidy")
# The one pod that has to be root and touch the machine, in a namespace of its own.
PRIVILEGED = ("grocery-storage", "prepare")

# Connections that PostgreSQL keeps for superusers; what `migrate` and `tidy` open; and what is left for people and tools.
RESERVED, MIGRATE, TIDY, PEOPLE = 3, 3, 2, 5
# CloudNativePG's own: each instance's manager and its metrics, and PgBouncer's look-ups of passwords.
OPERATORS = 10

every = pytest.mark.parametrize("which", ["base", *OVERLAYS])
overlays = pytest.mark.parametrize("which", OVERLAYS)


@pytest.fixture(scope="module")
def manifests(tmp_path_factory):
    return rendered(tmp_path_factory.mktemp("rendered"))


def restricted_faults(pod):
    """Return what the Pod Security level "restricted" refuses, and what we ask besides."""
    spec, container = pod.spec, pod.container
    ours, theirs = spec["securityContext"], container["securityContext"]
    held = {
        "not root": ours.get("runAsNonRoot") is True and ours.get("runAsUser", 0) > 0,
        "seccomp": ours.get("seccompProfile") == {"type": "RuntimeDefault"},
        "no more rights": theirs.get("allowPrivilegeEscalation") is False,
        "no capabilities": theirs.get("capabilities") == {"drop": ["ALL"]},
        "not privileged": not theirs.get("privileged"),
        "not the host's": not {"hostNetwork", "hostPID", "hostIPC"} & set(spec),
        "no host's port": not any("hostPort" in port for port in container.get("ports", ())),
        "volumes": all(
            set(volume) & {"configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"}
            for volume in spec["volumes"]
        ),
        "read-only": theirs.get("readOnlyRootFilesystem") is True,
        "bounded": all(
            "sizeLimit" in each.get("emptyDir", {"sizeLimit": 1}) for each in spec["volumes"]
        ),
        "no token": spec.get("automountServiceAccountToken") is False,
        "no links": spec.get("enableServiceLinks") is False,
        "asks for what it needs": {"cpu", "memory"} <= set(container["resources"]["requests"]),
        "limited": "memory" in container["resources"]["limits"],
    }
    return [what for what, holds in held.items() if not holds]


class TestPods:
    @every
    def test_all_are_restricted_but_the_one_that_says_why(self, manifests, which):
        one = manifests[which]
        faulty = {(pod.namespace, pod.name) for pod in one.pods() if restricted_faults(pod)}
        assert faulty == ({PRIVILEGED} if which == "single-node" else set())
        prefix = "pod-security.kubernetes.io/"
        for namespace in one.all("Namespace"):
            labels = namespace["metadata"]["labels"]
            if namespace["metadata"]["name"] != PRIVILEGED[0]:
                assert [labels[prefix + mode] for mode in ("enforce", "audit", "warn")] == [
                    "restricted"
                ] * 3
        for account in one.all("ServiceAccount"):
            assert account["automountServiceAccountToken"] is False

    @every
    def test_ours_run_as_the_images_user(self, manifests, which):
        dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
        user = int(re.search(r"^USER (\d+)", dockerfile, re.MULTILINE)[1])
        for name in OURS:
            assert manifests[which].pod(name).spec["securityContext"]["runAsUser"] == user == 10001

    @overlays
    def test_all_of_ours_run_one_image_of_a_named_version(self, manifests, which):
        (image,) = {manifests[which].pod(name).container["image"] for name in OURS}
        assert re.fullmatch(r"\S+/online-grocery:\d[\w.-]*", image)
        assert all(":" in pod.container["image"] for pod in manifests[which].pods())

    @pytest.mark.parametrize("name", ["migrate", "tidy"])
    def test_commands_are_the_applications(self, manifests, application, name):
        flask, option, module, command = manifests["base"].pod(name).container["command"]
        assert (flask, option, module) == ("flask", "--app", "main")
        assert command in application.cli.commands

    def test_probes_ask_the_applications_routes_and_liveness_not_the_database(
        self, manifests, application
    ):
        container = manifests["base"].pod("api").container
        paths = {
            name: container[name]["httpGet"]["path"]
            for name in ("livenessProbe", "readinessProbe", "startupProbe")
        }
        assert paths == {
            "livenessProbe": "/livez",
            "readinessProbe": "/readyz",
            "startupProbe": "/livez",
        }
        assert set(paths.values()) <= {rule.rule for rule in application.url_map.iter_rules()}
        # Readiness may wait for a connection before it answers.
        defaults = DatabaseSettings(url="postgresql://nobody@nowhere/nothing")
        slowest = max(defaults.connect_timeout, defaults.acquire_timeout)
        assert container["readinessProbe"]["timeoutSeconds"] > slowest

    @every
    def test_metrics_are_not_published(self, manifests, which):
        one = manifests[which]
        # A load balancer publishes every path, an Ingress those that it names.
        assert one.config(one.pod("api"))["OGS_HTTP__METRICS"] == (
            "false" if which == "single-node" else "true"
        )
        published = [
            path["path"]
            for ingress in one.all("Ingress")
            for path in ingress["spec"]["rules"][0]["http"]["paths"]
        ]
        assert published == ([] if which == "single-node" else ["/api"])

    def test_the_gateway_takes_bodies_as_long_as_the_application(self, manifests):
        annotations = manifests["base"].get("Ingress", "shop")["metadata"]["annotations"]
        longest = int(annotations["nginx.org/client-max-body-size"].removesuffix("m")) * 1024**2
        assert longest == HttpSettings().max_body_bytes

    def test_the_gateway_limits_as_ours_does_and_waits_until_gunicorn_has_given_up(
        self, manifests, monkeypatch
    ):
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "/not-made-by-a-test")
        annotations = manifests["base"].get("Ingress", "shop")["metadata"]["annotations"]
        patience = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))["timeout"]
        assert int(annotations["nginx.org/proxy-read-timeout"].removesuffix("s")) > patience
        limits = (ROOT / "deploy" / "nginx" / "shop" / "limits.conf").read_text("utf-8")
        rate, burst = (annotations[f"nginx.org/limit-req-{name}"] for name in ("rate", "burst"))
        assert f"zone=requests:10m rate={rate};" in limits
        assert f"zone=requests burst={burst} nodelay;" in limits
        # It cannot be had without `preload`.
        assert "nginx.org/hsts" not in annotations


class TestTime:
    @every
    def test_a_pod_that_ends_has_time_for_draining_and_then_for_the_last_requests(
        self, manifests, which
    ):
        one = manifests[which]
        config = one.config(one.pod("api"))
        patience = int(config["GUNICORN_CMD_ARGS"].removeprefix("--graceful-timeout "))
        draining = float(config["OGS_HTTP__DRAIN_SECONDS"])
        slowest = DatabaseSettings(url="postgresql://nobody@nowhere/nothing").statement_timeout
        assert draining + slowest <= patience - CLEANUP_SECONDS - GOODBYE_SECONDS - SHORTEST_WAIT
        assert patience + 5 <= one.pod("api").spec["terminationGracePeriodSeconds"]
        # By then, the endpoints have been without it for a while.
        probe = one.pod("api").container["readinessProbe"]
        assert probe["periodSeconds"] * probe["failureThreshold"] <= draining

    @every
    def test_a_rollout_and_an_emptied_node_leave_as_many_as_there_were(self, manifests, which):
        one = manifests[which]
        spec = one.get("Deployment", "api")["spec"]
        assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        assert spec["minReadySeconds"] > 0
        assert one.get("PodDisruptionBudget", "api")["spec"]["maxUnavailable"] == 1

    @every
    def test_a_run_of_tidy_ends_before_the_next_one_begins(self, manifests, which):
        spec = manifests[which].get("CronJob", "tidy")["spec"]
        minutes = int(re.fullmatch(r"\*/(\d+) \* \* \* \*", spec["schedule"])[1])
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] < minutes * 60
        assert 10 <= spec["startingDeadlineSeconds"] < minutes * 60

    @every
    def test_migrate_is_tried_for_as_long_as_a_database_may_need_to_begin(self, manifests, which):
        spec = manifests[which].get("Job", "migrate")["spec"]
        waits = [min(10 * 2**tried, 360) for tried in range(spec["backoffLimit"])]
        assert sum(waits) >= 1800
        assert spec["activeDeadlineSeconds"] >= 1800
        assert spec["ttlSecondsAfterFinished"] > 0

    def test_gunicorn_keeps_connections_longer_than_nginx_does(self, monkeypatch):
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "/not-made-by-a-test")
        assert runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))["keepalive"] > 60


def most_pods(one):
    """Return how many pods of the api have a pool at most: all of them, in a rollout one more, and those that end.

    Each that is replaced keeps its pool until it has ended, and the next one is replaced when its successor has been ready for
    a while. No rollout has more than every pod twice.
    """
    scalers = one.all("HorizontalPodAutoscaler")
    deployment = one.get("Deployment", "api")["spec"]
    pods = scalers[0]["spec"]["maxReplicas"] if scalers else deployment["replicas"]
    patience = deployment["template"]["spec"]["terminationGracePeriodSeconds"]
    ending = ceil(patience / deployment["minReadySeconds"])
    return pods + min(pods, deployment["strategy"]["rollingUpdate"]["maxSurge"] + ending)


def most_connections(one):
    """Return how many connections the api's pods open at most."""
    config = one.config(one.pod("api"))
    return most_pods(one) * int(config["WEB_CONCURRENCY"]) * int(config["OGS_DATABASE__POOL_SIZE"])


class TestSums:
    def test_a_postgresql_as_it_comes_has_connections_for_the_base(self, manifests):
        assert most_connections(manifests["base"]) + MIGRATE + TIDY + PEOPLE <= 100 - RESERVED

    def test_the_single_nodes_has_too(self, manifests):
        one = manifests["single-node"]
        allowed = int(one.config(one.pod("db"))["POSTGRESQL_MAX_CONNECTIONS"])
        assert most_connections(one) + MIGRATE + TIDY + PEOPLE <= allowed - RESERVED

    def test_each_pooler_takes_all_clients_and_all_poolers_fit_into_the_database(self, manifests):
        one = manifests["production"]
        pooler = one.get("Pooler", "db-pooler")["spec"]
        limits = {name: int(value) for name, value in pooler["pgbouncer"]["parameters"].items()}
        assert most_connections(one) + TIDY <= limits["max_client_conn"]
        # A failover takes some seconds, and PgBouncer must not sleep through the end of it.
        assert limits["server_login_retry"] == 1
        assert (
            limits["default_pool_size"] + limits["reserve_pool_size"]
            <= limits["max_db_connections"]
        )
        # In a rollout each of the old ones may still be ending when the last of the new ones is there.
        assert pooler["deploymentStrategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
        poolers = 2 * pooler["instances"]
        allowed = int(
            one.get("Cluster", "db")["spec"]["postgresql"]["parameters"]["max_connections"]
        )
        used = poolers * limits["max_db_connections"] + MIGRATE + OPERATORS + PEOPLE
        assert used <= allowed - RESERVED

    @every
    def test_a_pod_has_memory_for_its_workers_passwords_pictures_and_bodies(self, manifests, which):
        one = manifests[which]
        pod, config = one.pod("api"), one.config(one.pod("api"))
        requests = int(config["OGS_HTTP__MAX_CONCURRENT_REQUESTS"])
        bodies = worst_of_bodies(requests, HttpSettings())
        each = WORKER + AT_ONCE * PASSWORD + PICTURE + bodies
        # What lies in memory instead of on a disk counts too.
        files = sum(
            mebibytes(volume["emptyDir"]["sizeLimit"])
            for volume in pod.spec["volumes"]
            if "emptyDir" in volume
        )
        used = MASTER + int(config["WEB_CONCURRENCY"]) * each + files
        assert used <= mebibytes(pod.container["resources"]["limits"]["memory"])

    @pytest.mark.parametrize("which", ["base", "production"])
    def test_the_autoscaler_adds_pods_when_their_workers_are_at_seventy_percent(
        self, manifests, which
    ):
        one = manifests[which]
        pod = one.pod("api")
        (metric,) = one.get("HorizontalPodAutoscaler", "api")["spec"]["metrics"]
        target = metric["resource"]["target"]["averageUtilization"] / 100
        # A worker can use one core.
        workers = int(one.config(pod)["WEB_CONCURRENCY"])
        assert target * float(pod.container["resources"]["requests"]["cpu"]) / workers == 0.7

    @every
    def test_the_page_says_these_sums(self, manifests, which):
        page = (ROOT / "docs" / "deploy.md").read_text("utf-8").partition("## The sums")[2]
        one = manifests[which]
        config = one.config(one.pod("api"))
        workers, pool = config["WEB_CONCURRENCY"], config["OGS_DATABASE__POOL_SIZE"]
        limit = one.pod("api").container["resources"]["limits"]["memory"]
        assert f"{most_pods(one)} x {workers} x {pool} = {most_connections(one)} |" in page
        assert f"MiB, of {mebibytes(limit)}" in page

    @overlays
    def test_no_two_workloads_share_a_selectors_pods(self, manifests, which):
        one = manifests[which]
        for workload, _ in one.workloads():
            selector = workload["spec"].get("selector")
            chosen = [pod.name for pod in one.pods() if selector and matches(selector, pod.labels)]
            assert chosen in ([], [workload["metadata"]["name"]])
