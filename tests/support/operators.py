"""The fields of CloudNativePG 1.26 to 1.30 and of its Barman Cloud plugin 0.11 that deploy/kubernetes uses.

kubernetes-validate knows Kubernetes' own kinds only. A field that is not in here is as likely a misspelt one as one that
nobody has looked up yet: look it up in the operator's API reference, then write it down. `str`, `int` and `bool` are types, a
tuple lists the values, a list holds what each item is, `{str: …}` takes any key, and a name with `!` has to be there.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_NAME = {"name!": str}
_KEY = {"name!": str, "key!": str}
_TEXTS = {str: str}
_COMPRESSION = ("bzip2", "gzip", "snappy")
# A part of Kubernetes' own; the pod template of a Pooler has to have containers.
_TEMPLATE = {
    "metadata": {"annotations": _TEXTS},
    "spec": {
        "affinity": {"podAntiAffinity": {str: list}},
        "containers!": [{"name!": str, "resources": {"requests": _TEXTS, "limits": _TEXTS}}],
    },
}

FIELDS: Mapping[tuple[str, str], Any] = {
    ("postgresql.cnpg.io/v1", "Cluster"): {
        "instances!": int,
        "imageName": str,
        "inheritedMetadata": {"labels": _TEXTS, "annotations": _TEXTS},
        "bootstrap": {
            "initdb": {
                "database": str,
                "owner": str,
                "secret": _NAME,
                "encoding": str,
                "localeProvider": ("builtin", "icu", "libc"),
                "builtinLocale": str,
                "localeCollate": str,
                "localeCType": str,
            }
        },
        "managed": {
            "roles": [
                {
                    "name!": str,
                    "ensure": ("present", "absent"),
                    "login": bool,
                    "inherit": bool,
                    "passwordSecret": _NAME,
                }
            ]
        },
        "certificates": {"serverAltDNSNames": [str]},
        "postgresql": {
            "parameters": _TEXTS,
            "synchronous": {
                "method!": ("any", "first"),
                "number!": int,
                "dataDurability": ("required", "preferred"),
            },
        },
        "storage": {"size": str},
        "walStorage": {"size": str},
        "resources": {"requests": _TEXTS, "limits": _TEXTS},
        "affinity": {
            "enablePodAntiAffinity": bool,
            "podAntiAffinityType": ("required", "preferred"),
            "topologyKey": str,
        },
        "plugins": [{"name!": str, "isWALArchiver": bool, "parameters": _TEXTS}],
    },
    ("postgresql.cnpg.io/v1", "Pooler"): {
        "cluster!": _NAME,
        "type": ("rw", "ro", "r"),
        "instances": int,
        "deploymentStrategy": {
            "type": ("RollingUpdate", "Recreate"),
            "rollingUpdate": {"maxUnavailable": int, "maxSurge": int},
        },
        "pgbouncer!": {
            "poolMode": ("session", "transaction"),
            "parameters": {
                "max_client_conn": str,
                "default_pool_size": str,
                "reserve_pool_size": str,
                "reserve_pool_timeout": str,
                "max_db_connections": str,
                "query_wait_timeout": str,
                "server_login_retry": str,
            },
        },
        "template": _TEMPLATE,
    },
    ("postgresql.cnpg.io/v1", "ScheduledBackup"): {
        "schedule!": str,
        "immediate": bool,
        "backupOwnerReference": ("none", "self", "cluster"),
        "cluster!": _NAME,
        "method": ("barmanObjectStore", "volumeSnapshot", "plugin"),
        "target": ("primary", "prefer-standby"),
        "pluginConfiguration": {"name!": str, "parameters": _TEXTS},
    },
    ("barmancloud.cnpg.io/v1", "ObjectStore"): {
        "retentionPolicy": str,
        "configuration!": {
            "destinationPath!": str,
            "endpointURL": str,
            "s3Credentials": {"accessKeyId": _KEY, "secretAccessKey": _KEY},
            "wal": {"compression": (*_COMPRESSION, "lz4", "xz", "zstd")},
            "data": {"compression": _COMPRESSION},
        },
    },
}


def faults(manifest: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the `spec` of an object of those kinds, one sentence each."""
    fields = FIELDS[manifest["apiVersion"], manifest["kind"]]
    return list(_faults(manifest["spec"], fields, manifest["kind"]))


def _faults(value: Any, allowed: Any, where: str) -> Iterator[str]:
    if isinstance(allowed, tuple):
        if value not in allowed:
            yield f"{where} is {value!r}, not one of {allowed}"
    elif isinstance(allowed, type):
        if type(value) is not allowed:
            yield f"{where} is {value!r}, not a {allowed.__name__}"
    elif isinstance(allowed, list):
        for number, item in enumerate(value):
            yield from _faults(item, allowed[0], f"{where}[{number}]")
    else:
        yield from _object_faults(value, allowed, where)


def _object_faults(
    value: Mapping[str, Any], allowed: Mapping[Any, Any], where: str
) -> Iterator[str]:
    any_key = allowed.get(str)
    names = {name.rstrip("!"): inner for name, inner in allowed.items() if name is not str}
    for name in allowed:
        if name is not str and name.endswith("!") and name[:-1] not in value:
            yield f"{where} has no {name[:-1]}"
    for name, inner in value.items():
        if name in names or any_key:
            yield from _faults(inner, names.get(name, any_key), f"{where}.{name}")
        else:
            yield f"{where} has an unknown field {name}"
