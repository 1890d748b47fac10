"""deploy/kubernetes: who may speak to whom, worked out from the NetworkPolicies as a network plugin does."""

from itertools import product

import pytest

from tests.support.manifests import OVERLAYS, Pod, matches, rendered

NAMESPACE = "grocery"
# Pods of others, by their namespace.
GATEWAY = Pod("gateway", "nginx-ingress", {"app.kubernetes.io/name": "nginx-ingress"}, {})
MONITORING = Pod("prometheus", "monitoring", {"app.kubernetes.io/name": "prometheus"}, {})
OPERATOR = Pod("operator", "cnpg-system", {"app.kubernetes.io/name": "cloudnative-pg"}, {})
DNS = Pod("dns", "kube-system", {"k8s-app": "kube-dns"}, {})
STRANGER = Pod("stranger", "elsewhere", {"app.kubernetes.io/name": "online-grocery"}, {})
OTHERS = (GATEWAY, MONITORING, OPERATOR, DNS, STRANGER)
PORTS = (53, 443, 4318, 5432, 8000, 9127, 9187)

SINGLE_NODE = {
    ("api", "db", 5432),
    ("migrate", "db", 5432),
    ("tidy", "db", 5432),
    # Clients of the load balancer come from anywhere.
    *((other.name, "api", 8000) for other in OTHERS),
    ("api", "prometheus", 4318),
}
PRODUCTION = {
    ("gateway", "api", 8000),
    ("prometheus", "api", 8000),
    ("api", "prometheus", 4318),
    ("api", "db-pooler", 5432),
    ("tidy", "db-pooler", 5432),
    ("db-pooler", "db-pooler", 5432),
    ("db-pooler", "db", 5432),
    ("migrate", "db", 5432),
    ("db", "db", 5432),
    ("db", "db", 8000),
    ("operator", "db", 5432),
    ("operator", "db", 8000),
    ("prometheus", "db", 9187),
    ("prometheus", "db-pooler", 9127),
    # Kubernetes' API and the bucket are nobody's pods, so this is open to all that listens there.
    *((name, other.name, 443) for name in ("db", "db-pooler") for other in OTHERS),
}


@pytest.fixture(scope="module")
def manifests(tmp_path_factory):
    return rendered(tmp_path_factory.mktemp("rendered"))


def pods_of(one):
    return [pod for pod in [*one.pods(), *one.operators_pods()] if pod.namespace == NAMESPACE]


def takes(peers, pod):
    """Say whether `to` or `from` means that pod; one that is left out means everybody."""
    if peers is None:
        return True
    return any(
        "ipBlock" in peer
        or (
            (
                matches(peer["namespaceSelector"], {"kubernetes.io/metadata.name": pod.namespace})
                if "namespaceSelector" in peer
                else pod.namespace == NAMESPACE
            )
            and matches(peer.get("podSelector", {}), pod.labels)
        )
        for peer in peers
    )


def lets(policies, pod, direction, other, port):
    """Say whether the policies of `pod` let it speak to (Egress) or hear (Ingress) the other on that port."""
    if pod.namespace != NAMESPACE:
        return True
    chosen = [
        each["spec"]
        for each in policies
        if direction in each["spec"]["policyTypes"]
        and matches(each["spec"]["podSelector"], pod.labels)
    ]
    side = "to" if direction == "Egress" else "from"
    return not chosen or any(
        takes(rule.get(side), other) and port in [each["port"] for each in rule["ports"]]
        for spec in chosen
        for rule in spec.get(direction.lower(), ())
    )


def flows(one):
    policies = one.all("NetworkPolicy")
    inside = pods_of(one)
    for source, target, port in product([*inside, *OTHERS], [*inside, *OTHERS], PORTS):
        if NAMESPACE not in (source.namespace, target.namespace):
            continue
        if lets(policies, source, "Egress", target, port) and lets(
            policies, target, "Ingress", source, port
        ):
            yield source.name, target.name, port


@pytest.mark.parametrize(
    ("which", "expected"), [("single-node", SINGLE_NODE), ("production", PRODUCTION)]
)
def test_these_may_speak_and_nobody_else(manifests, which, expected):
    one = manifests[which]
    names = {pod.name for pod in pods_of(one)}
    dns = {(name, "dns", 53) for name in names}
    assert set(flows(one)) == expected | dns


def test_the_base_lets_the_gateway_to_the_api_and_the_app_to_a_database(manifests):
    found = set(flows(manifests["base"]))
    assert ("gateway", "api", 8000) in found
    assert not [flow for flow in found if flow[0] == "stranger" or flow[1] == "stranger"]


@pytest.mark.parametrize("which", OVERLAYS)
def test_every_policy_is_about_a_pod_that_exists(manifests, which):
    one = manifests[which]
    for policy in one.all("NetworkPolicy"):
        chosen = [pod for pod in pods_of(one) if matches(policy["spec"]["podSelector"], pod.labels)]
        assert chosen, policy["metadata"]["name"]


@pytest.mark.parametrize("which", ["base", *OVERLAYS])
def test_nothing_is_allowed_that_no_policy_names(manifests, which):
    spec = manifests[which].get("NetworkPolicy", "default-deny")["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
