"""deploy/kubernetes: names, ports, probes, selectors, secrets and volumes, held to each other and to the application."""

import runpy
from functools import cache
from urllib.parse import parse_qs, urlsplit

import kubernetes_validate  # type: ignore[import-untyped]  # it has no types
import pytest
import yaml
from kubernetes_validate import utils as validation
from packaging.version import Version

from app.core.settings import Settings, load_settings
from local.environments import ROOT
from tests.support.manifests import OVERLAYS, SOURCE, make_secrets, matches, rendered
from tests.support.operators import FIELDS, faults

VERSIONS = sorted(
    {each for each in validation.all_versions() if Version(each) >= Version("1.30")}, key=Version
)
# What others make, and who.
OTHERS_SECRETS = {"shop-tls": "cert-manager, or you", "db-ca": "the CloudNativePG operator"}
# What the server and its platform read from the environment besides settings.
SERVERS_VARIABLES = {"WEB_CONCURRENCY", "GUNICORN_CMD_ARGS", "OGS_SECRETS_DIR"}
OURS = ("api", "migrate", "tidy")

every = pytest.mark.parametrize("which", ["base", *OVERLAYS])
overlays = pytest.mark.parametrize("which", OVERLAYS)


@pytest.fixture(scope="module")
def manifests(tmp_path_factory):
    return rendered(tmp_path_factory.mktemp("rendered"))


class TestSchemas:
    @pytest.mark.parametrize("version", VERSIONS)
    def test_all_that_kubernetes_knows_is_valid(self, manifests, version, monkeypatch):
        # The same file is read for each object otherwise.
        monkeypatch.setattr(validation, "schema_contents", cache(validation.schema_contents))
        unknown = set()
        for found in [each for one in manifests.values() for each in one.objects]:
            try:
                kubernetes_validate.validate(found, version, strict=True)
            except kubernetes_validate.SchemaNotFoundError:
                unknown.add((found["apiVersion"], found["kind"]))
        assert unknown == set(FIELDS)

    def test_the_versions_begin_with_1_30(self):
        assert VERSIONS[0].startswith("1.30.")
        assert len(VERSIONS) >= 8

    def test_the_operators_kinds_have_only_fields_that_they_know(self, manifests):
        theirs = [
            each
            for each in manifests["production"].objects
            if (each["apiVersion"], each["kind"]) in FIELDS
        ]
        assert len(theirs) == 4
        assert [fault for each in theirs for fault in faults(each)] == []


class TestReferences:
    @every
    def test_every_named_object_is_there(self, manifests, which):
        one = manifests[which]
        for pod in one.pods():
            assert one.has("ServiceAccount", pod.spec["serviceAccountName"])
            for source in pod.container.get("envFrom", ()):
                assert one.has("ConfigMap", source["configMapRef"]["name"])
            for volume in pod.spec["volumes"]:
                name = volume.get("secret", {}).get("secretName")
                assert name is None or name in OTHERS_SECRETS or one.has("Secret", name)
                if "configMap" in volume:
                    assert one.has("ConfigMap", volume["configMap"]["name"])
                if "persistentVolumeClaim" in volume:
                    assert one.has(
                        "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]
                    )

    @every
    def test_every_mounted_volume_is_there_and_every_volume_mounted(self, manifests, which):
        for pod in manifests[which].pods():
            volumes = [volume["name"] for volume in pod.spec["volumes"]]
            mounted = {mount["name"] for mount in pod.container["volumeMounts"]}
            assert sorted(mounted) == sorted(volumes)

    @every
    def test_selectors_match_the_pods_that_they_are_for(self, manifests, which):
        one = manifests[which]
        for workload, template in one.workloads():
            selector = workload["spec"].get("selector", {})
            assert matches(selector, template["metadata"]["labels"])
            for spread in template["spec"].get("topologySpreadConstraints", ()):
                assert matches(spread["labelSelector"], template["metadata"]["labels"])
        for kind in ("Service", "PodDisruptionBudget"):
            for found in one.all(kind):
                selector = found["spec"]["selector"]
                selector = selector if kind == "PodDisruptionBudget" else {"matchLabels": selector}
                chosen = [pod.name for pod in one.pods() if matches(selector, pod.labels)]
                assert chosen == [found["metadata"]["name"]]

    @every
    def test_every_port_and_probe_leads_to_a_port_of_the_container(self, manifests, which):
        one = manifests[which]
        for service in one.all("Service"):
            ports = one.pod(service["metadata"]["name"]).ports()
            for port in service["spec"]["ports"]:
                assert port["port"] == ports[port["targetPort"]]
        for pod in one.pods():
            for name in ("livenessProbe", "readinessProbe", "startupProbe"):
                request = pod.container.get(name, {}).get("httpGet")
                assert request is None or request["port"] in pod.ports()
        for ingress in one.all("Ingress"):
            for path in ingress["spec"]["rules"][0]["http"]["paths"]:
                backend = path["backend"]["service"]
                service = one.get("Service", backend["name"])
                assert backend["port"]["name"] in [
                    port["name"] for port in service["spec"]["ports"]
                ]

    def test_the_autoscaler_has_its_deployment_which_leaves_the_number_to_it(self, manifests):
        one = manifests["production"]
        scaler = one.get("HorizontalPodAutoscaler", "api")["spec"]
        deployment = one.get("Deployment", scaler["scaleTargetRef"]["name"])["spec"]
        assert "replicas" not in deployment
        assert scaler["minReplicas"] == 2 < scaler["maxReplicas"]
        assert "cpu" in one.pod("api").container["resources"]["requests"]
        # Without one, the manifest says how many.
        assert not manifests["single-node"].all("HorizontalPodAutoscaler")
        assert manifests["single-node"].get("Deployment", "api")["spec"]["replicas"] == 2

    def test_the_single_nodes_volume_is_its_claims_and_where_the_image_keeps_its_data(
        self, manifests
    ):
        one = manifests["single-node"]
        volume, claim = (
            one.get("PersistentVolume", "grocery-db"),
            one.get("PersistentVolumeClaim", "db"),
        )
        assert volume["spec"]["claimRef"] == {
            key: claim["metadata"][key] for key in ("namespace", "name")
        }
        assert claim["spec"]["volumeName"] == volume["metadata"]["name"]
        assert claim["spec"]["storageClassName"] == volume["spec"]["storageClassName"] == ""
        assert claim["spec"]["accessModes"] == volume["spec"]["accessModes"]
        assert claim["spec"]["resources"]["requests"] == volume["spec"]["capacity"]
        mounts = {
            each["name"]: each["mountPath"] for each in one.pod("db").container["volumeMounts"]
        }
        assert mounts["data"] == "/bitnami/postgresql"
        # And it is given to the user that the database runs as.
        prepared = one.pod("prepare")
        assert prepared.spec["volumes"][0]["hostPath"] == volume["spec"]["hostPath"]
        owner = one.pod("db").spec["securityContext"]
        assert owner["runAsUser"] == owner["fsGroup"] == 1001
        assert "chown 1001:1001" in prepared.container["command"][-1]

    def test_production_is_told_its_secrets_and_services_by_the_names_that_the_operator_knows(
        self, manifests
    ):
        one = manifests["production"]
        cluster, pooler = one.get("Cluster", "db")["spec"], one.get("Pooler", "db-pooler")["spec"]
        assert (
            one.secret(cluster["bootstrap"]["initdb"]["secret"]["name"])["username"] == "ogs_owner"
        )
        assert cluster["bootstrap"]["initdb"]["owner"] == "ogs_owner"
        (role,) = cluster["managed"]["roles"]
        assert one.secret(role["passwordSecret"]["name"])["username"] == role["name"] == "ogs_app"
        assert pooler["cluster"]["name"] == "db"
        assert pooler["pgbouncer"]["poolMode"] == "transaction"
        # verify-full compares this name with the certificate.
        assert "db-pooler" in cluster["certificates"]["serverAltDNSNames"]
        store = one.get("ObjectStore", cluster["plugins"][0]["parameters"]["barmanObjectName"])
        for reference in store["spec"]["configuration"]["s3Credentials"].values():
            assert reference["key"] in one.secret(reference["name"])
        backup = one.get("ScheduledBackup", "db")["spec"]
        assert backup["cluster"]["name"] == "db"
        assert backup["pluginConfiguration"]["name"] == cluster["plugins"][0]["name"]


class TestSettings:
    @pytest.fixture
    def settings(self, manifests, tmp_path, monkeypatch):
        """Load the settings as a pod would: its variables, and its Secret's files."""

        def load(which, name):
            one = manifests[which]
            pod = one.pod(name)
            variables = one.config(pod)
            files = one.secret_files(pod)[variables["OGS_SECRETS_DIR"]]
            for key, value in files.items():
                (tmp_path / key).write_text(value, "utf-8")
            for key, value in variables.items():
                monkeypatch.setenv(key, value)
            monkeypatch.setenv("OGS_SECRETS_DIR", str(tmp_path))
            return load_settings()

        return load

    @overlays
    @pytest.mark.parametrize("name", OURS)
    def test_production_accepts_them(self, settings, which, name):
        loaded = settings(which, name)
        assert loaded.production
        assert (loaded.database.owner_url is not None) == (name == "migrate")

    @overlays
    @pytest.mark.parametrize("name", OURS)
    def test_every_variable_and_file_is_a_setting(self, manifests, which, name):
        one = manifests[which]
        files = [key for each in one.secret_files(one.pod(name)).values() for key in each]
        for key in [*one.config(one.pod(name)), *files]:
            # What has a delimiter is checked when settings are loaded; the rest is not, as it may be others'.
            assert (
                "__" in key
                or key in SERVERS_VARIABLES
                or key.removeprefix("OGS_").lower() in Settings.model_fields
            )

    @overlays
    @pytest.mark.parametrize("name", OURS)
    def test_the_urls_lead_to_a_service_by_the_way_that_the_settings_say(
        self, manifests, settings, which, name
    ):
        one = manifests[which]
        database = settings(which, name).database
        hosts = {urlsplit(url).hostname for url in (database.url, database.owner_url) if url}
        if which == "single-node":
            assert hosts == {service["metadata"]["name"] for service in one.all("Service")} - {
                "api"
            }
        elif name == "migrate":
            assert hosts == {f"{one.get('Cluster', 'db')['metadata']['name']}-rw"}
        else:
            assert hosts == {one.all("Pooler")[0]["metadata"]["name"]}
        assert database.pooler == (which == "production" and name != "migrate")

    @pytest.mark.parametrize("name", OURS)
    def test_production_verifies_by_a_certificate_that_is_mounted(self, manifests, settings, name):
        query = parse_qs(urlsplit(settings("production", name).database.url).query)
        assert query["sslmode"] == ["verify-full"]
        folder, _, file = query["sslrootcert"][0].rpartition("/")
        pod = manifests["production"].pod(name)
        mounted = {each["mountPath"]: each["name"] for each in pod.container["volumeMounts"]}
        (volume,) = [each for each in pod.spec["volumes"] if each["name"] == mounted[folder]]
        # Not the key beside it.
        assert volume["secret"]["items"] == [{"key": "ca.crt", "path": file}]

    @overlays
    def test_roles_database_and_passwords_are_those_that_the_database_is_made_with(
        self, manifests, settings, which
    ):
        one, database = manifests[which], settings(which, "migrate").database
        app, owner = urlsplit(database.url), urlsplit(database.owner_url)
        assert (app.username, owner.username) == ("ogs_app", "ogs_owner")
        assert app.path == owner.path == "/grocery"
        if which == "production":
            passwords = [one.secret(name)["password"] for name in ("db-app", "db-owner")]
            assert one.get("Cluster", "db")["spec"]["bootstrap"]["initdb"]["database"] == "grocery"
        else:
            passwords = [one.secret("db")[key] for key in ("APP_PASSWORD", "OWNER_PASSWORD")]
            script = one.get("ConfigMap", "db-init")["data"]["10-roles.sh"]
            assert {"ogs_app", "ogs_owner", "grocery"} <= set(script.replace("'", " ").split())
        assert [app.password, owner.password] == passwords
        assert app.password != owner.password

    @every
    def test_the_port_is_gunicorns(self, manifests, which, monkeypatch):
        monkeypatch.delenv("PORT", raising=False)
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "/not-made-by-a-test")
        bind = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))["bind"]
        pod = manifests[which].pod("api")
        assert pod.ports() == {"http": int(bind.rpartition(":")[2])}
        assert "PORT" not in manifests[which].config(pod)


class TestSecrets:
    def test_none_is_in_the_repository(self, manifests):
        for file in SOURCE.rglob("*.yaml"):
            assert "Secret" not in [
                each["kind"] for each in yaml.safe_load_all(file.read_text("utf-8"))
            ]
        assert not any(each["data"] for each in manifests["base"].all("Secret"))
        ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
        assert "/deploy/kubernetes/**/secrets/" in ignored

    @overlays
    def test_they_are_never_made_twice_and_for_nobody_else_to_read(self, tmp_path, which):
        (tmp_path / "overlays" / which / "shop").mkdir(parents=True)
        (tmp_path / "make_secrets.py").write_bytes((SOURCE / "make_secrets.py").read_bytes())
        make_secrets(tmp_path, which).check_returncode()
        files = {file: file.read_text("utf-8") for file in tmp_path.rglob("*.env")}
        assert files
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        again = make_secrets(tmp_path, which)
        assert again.returncode == 1
        assert "nothing was changed" in again.stderr
        assert {file: file.read_text("utf-8") for file in tmp_path.rglob("*.env")} == files

    @pytest.mark.parametrize("arguments", [[], ["staging"], ["production"]])
    def test_what_is_missing_is_said_in_one_sentence(self, tmp_path, arguments, monkeypatch):
        monkeypatch.delenv("BACKUP_ACCESS_KEY_ID", raising=False)
        (tmp_path / "overlays" / "production").mkdir(parents=True)
        (tmp_path / "make_secrets.py").write_bytes((SOURCE / "make_secrets.py").read_bytes())
        failed = make_secrets(tmp_path, *arguments, backup=False)
        assert failed.returncode == 1
        assert len(failed.stderr.splitlines()) == 1
        assert not list(tmp_path.rglob("*.env"))
