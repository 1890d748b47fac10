"""A registry made of files: wheels with nothing in them but what they are called and what they need."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path


def make_wheel(
    folder: Path,
    name: str,
    version: str,
    needs: Sequence[str] = (),
    extras: Iterable[str] = (),
    tag: str = "py3-none-any",
) -> str:
    """Write a wheel into `folder` and return its sha256. `needs` are as in `Requires-Dist`."""
    metadata = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Provides-Extra: {extra}" for extra in extras),
        *(f"Requires-Dist: {need}" for need in needs),
    ]
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": b"",
        f"{info}/METADATA": "\n".join([*metadata, ""]).encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    record = "".join(f"{path},{_digest(content)},\n" for path, content in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}-{version}-{tag}.whl").write_bytes(content.getvalue())
    return hashlib.sha256(content.getvalue()).hexdigest()


def pin(requirement: str, *hashes: str) -> str:
    """Return a lock's lines for one requirement, as `make lock` writes them."""
    lines = (f"    --hash=sha256:{digest}" for digest in hashes)
    return " \\\n".join([requirement, *lines]) + "\n"


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return "sha256=" + digest.rstrip(b"=").decode()
