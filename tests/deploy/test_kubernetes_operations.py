"""What docs/operations.md and deploy/observability say of the cluster, held to deploy/kubernetes."""

import re
import shutil

import pytest
import yaml

from local.environments import ROOT
from tests.support.kustomize import render
from tests.support.manifests import SOURCE, Manifests, make_secrets, rendered

FOLDER = ROOT / "deploy" / "observability"
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")


@pytest.fixture(scope="module")
def manifests(tmp_path_factory):
    return rendered(tmp_path_factory.mktemp("rendered"))


def described(pod, container):
    """Yield what Prometheus knows of each port of a pod, as of its role `pod`."""
    labels = {
        f"__meta_kubernetes_pod_label_{re.sub(r'[^a-zA-Z0-9_]', '_', name)}": value
        for name, value in pod.labels.items()
    }
    for port in container.get("ports", [{"name": ""}]):
        yield {
            **labels,
            "__meta_kubernetes_pod_name": pod.name,
            "__meta_kubernetes_pod_phase": "Running",
            "__meta_kubernetes_pod_container_port_name": port["name"],
        }


def relabelled(labels, rules):
    """Return the labels of a target after its job's relabel_configs, or None if it is dropped."""
    for rule in rules:
        value = ";".join(labels.get(name, "") for name in rule["source_labels"])
        matched = re.fullmatch(rule.get("regex", ".*"), value) is not None
        action = rule.get("action", "replace")
        if action == "replace":
            labels = {**labels, rule["target_label"]: value}
        elif matched != (action == "keep"):
            return None
    return labels


class TestWatching:
    def test_prometheus_finds_the_apis_pods_and_no_others_under_the_alerts_name(
        self, manifests, application
    ):
        one = manifests["production"]
        (job,) = yaml.safe_load((FOLDER / "prometheus-kubernetes.yml").read_text())[
            "scrape_configs"
        ]
        rules = (FOLDER / "rules.yaml").read_text("utf-8")
        assert f'up{{job="{job["job_name"]}"}}' in rules
        (discovery,) = job["kubernetes_sd_configs"]
        assert discovery == {"role": "pod", "namespaces": {"names": [one.pod("api").namespace]}}
        found = [
            relabelled(labels, job["relabel_configs"])
            for pod in one.pods()
            for labels in described(pod, pod.container)
        ]
        assert [target["instance"] for target in found if target] == ["api"]
        assert one.config(one.pod("api"))["OGS_HTTP__METRICS"] == "true"
        assert job["metrics_path"] in {rule.rule for rule in application.url_map.iter_rules()}

    def test_so_does_the_operators_pod_monitor(self, manifests):
        page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
        (monitor,) = [
            found
            for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
            if (found := yaml.safe_load(text))["kind"] == "PodMonitor"
        ]
        pod = manifests["production"].pod("api")
        wanted = monitor["spec"]["selector"]["matchLabels"]
        assert wanted.items() <= pod.labels.items()
        assert pod.labels[monitor["spec"]["jobLabel"]] == "online-grocery"
        assert monitor["metadata"]["namespace"] == pod.namespace
        (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
        assert endpoint["port"] in pod.ports()


class TestRestoring:
    @pytest.fixture
    def restored(self, tmp_path):
        """The production overlay after the edits that the page lists."""
        copied = tmp_path / "kubernetes"
        shutil.copytree(SOURCE, copied, ignore=shutil.ignore_patterns("secrets"))
        make_secrets(copied, "production").check_returncode()
        overlay = copied / "overlays" / "production"
        edits = re.findall(r"^\| `([\w./-]+)` \| `(.+?)` → `(.+?)` \| (\d) \|", PAGE, re.MULTILINE)
        assert {file for file, *_ in edits} == {
            "pooler.yaml",
            "backup.yaml",
            "kustomization.yaml",
            "secrets/migrate.env",
        }
        for file, said, instead, times in edits:
            text = (overlay / file).read_text("utf-8")
            pattern = rf"{re.escape(said)}(?=\n|\?|:|/)"
            assert len(re.findall(pattern, text)) == int(times), (file, said)
            (overlay / file).write_text(re.sub(pattern, instead, text), "utf-8")
        return Manifests("restored", render(overlay))

    def test_nothing_uses_the_old_cluster_any_more(self, restored):
        assert restored.get("Pooler", "db-pooler")["spec"]["cluster"] == {"name": "db-restored"}
        (backup,) = restored.all("ScheduledBackup")
        assert backup["spec"]["cluster"] == {"name": "db-restored"}
        for name in ("api", "migrate", "tidy"):
            pod = restored.pod(name)
            authorities = [
                volume["secret"]["secretName"]
                for volume in pod.spec["volumes"]
                if volume["name"] == "authority"
            ]
            assert authorities == ["db-restored-ca"]
        hosts = set(re.findall(r"@([\w-]+):", str(restored.secret_files(restored.pod("migrate")))))
        assert hosts == {"db-restored-rw"}

    def test_the_new_cluster_is_made_of_the_old_ones_backups_and_keeps_its_own(self, manifests):
        (cluster,) = [
            found
            for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
            if (found := yaml.safe_load(text))["kind"] == "Cluster"
        ]
        one = manifests["production"]
        old = one.get("Cluster", "db")
        assert cluster["metadata"]["name"] == "db-restored"
        recovery = cluster["spec"]["bootstrap"]["recovery"]
        for key in ("database", "owner", "secret"):
            assert recovery[key] == old["spec"]["bootstrap"]["initdb"][key]
        (source,) = cluster["spec"]["externalClusters"]
        assert recovery["source"] == source["name"] == old["metadata"]["name"]
        archive = source["plugin"]["parameters"]
        assert archive["serverName"] == old["metadata"]["name"]
        (own,) = cluster["spec"]["plugins"]
        (before,) = old["spec"]["plugins"]
        # Two clusters that write to one place of the bucket would spoil each other's log.
        assert own == {
            **before,
            "parameters": {**before["parameters"], "serverName": cluster["metadata"]["name"]},
        }
        assert archive["barmanObjectName"] == own["parameters"]["barmanObjectName"]

    def test_a_single_nodes_dump_and_restore_name_what_is_there(self, manifests):
        one = manifests["single-node"]
        part = PAGE.partition("**Kubernetes, single node.**")[2].partition("**Kubernetes, prod")[0]
        database = one.pod("db")
        password = one.config(database)["POSTGRESQL_PASSWORD_FILE"]
        folder = next(iter(one.secret_files(database)))
        assert set(re.findall(r"\$\(cat ([^)]+)\)", part)) == {password}
        assert password.removeprefix(f"{folder}/") in one.secret_files(database)[folder]
        # The script makes the database anew as it was made first, with its locale.
        (script,) = set(re.findall(r"sh (/\S+\.sh)", part))
        mounts = {each["name"]: each["mountPath"] for each in database.container["volumeMounts"]}
        assert script.removeprefix(f"{mounts['init']}/") in one.get("ConfigMap", "db-init")["data"]
        kinds = {kind.lower(): kind for kind in ("CronJob", "Deployment", "Job", "StatefulSet")}
        named = re.findall(rf"\b({'|'.join(kinds)})/(\w+)", part)
        assert {kind for kind, _ in named} == set(kinds)
        assert all(one.has(kinds[kind], name) for kind, name in named)
