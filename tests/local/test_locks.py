"""`make lock`, `make upgrade` and `make portability`, with a registry of files."""

import shutil
import socket
import subprocess
import sys

import pytest

from local import locks
from local.account import LocalError
from local.environments import ROOT
from local.portability import PLATFORMS, PYTHONS, faults
from tests.support.wheels import make_wheel, pin

SECONDS = 120


class TestLock:
    @pytest.fixture
    def project(self, registry, tmp_path):
        """A checkout whose shop needs a framework, which needs something on old Pythons, and on Windows."""
        needs = ["old ; python_version < '3.13'", "winapi ; sys_platform == 'win32'"]
        make_wheel(registry, "framework", "1.0", needs)
        for name in ("old", "winapi", "tool"):
            make_wheel(registry, name, "1.0")
        folder = tmp_path / "checkout"
        shutil.copytree(ROOT / "local", folder / "local")
        (folder / "requirements.in").write_text("framework\n")
        (folder / "requirements-dev.in").write_text(
            "-r requirements.in\n-c requirements.txt\ntool\n"
        )
        return folder

    def lock(self, project, *arguments):
        return subprocess.run(
            [sys.executable, "-m", "local.locks", *arguments],
            cwd=project,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def pins(self, project, name="requirements-dev.txt"):
        lines = (project / name).read_text().splitlines()
        return [line.removesuffix(" \\") for line in lines if line[0] not in "# "]

    def test_it_pins_what_any_platform_and_any_python_needs(self, project):
        done = self.lock(project)
        assert (done.returncode, done.stderr) == (0, "")
        assert self.pins(project) == [
            "framework==1.0",
            "old==1.0 ; python_full_version < '3.13'",
            "tool==1.0",
            "winapi==1.0 ; sys_platform == 'win32'",
        ]

    def test_it_keeps_what_fits_and_upgrade_takes_the_newest(self, project, registry):
        assert self.lock(project).stdout == (
            "1/2 requirements.txt: written\n2/2 requirements-dev.txt: written\n"
        )
        for name in ("framework", "tool"):
            make_wheel(registry, name, "1.1")
        assert self.lock(project).stdout == (
            "1/2 requirements.txt: as it was\n2/2 requirements-dev.txt: as it was\n"
        )
        assert self.lock(project, "--upgrade", "framework").returncode == 0
        assert self.pins(project) == ["framework==1.1", "tool==1.0"]
        assert self.lock(project, "--upgrade").returncode == 0
        assert self.pins(project) == ["framework==1.1", "tool==1.1"]

    def test_upgrading_what_no_lock_pins_is_an_error(self, project):
        assert self.lock(project).returncode == 0
        assert self.lock(project, "--upgrade", "Framework==1.0").returncode == 0
        done = self.lock(project, "--upgrade", "frmework")
        assert (done.returncode, done.stdout, done.stderr) == (1, "", "No lock pins frmework.\n")

    def test_what_cannot_be_is_said_and_changes_nothing(self, project):
        assert self.lock(project).returncode == 0
        before = (project / "requirements-dev.txt").read_text()
        with (project / "requirements-dev.in").open("a") as asked:
            asked.write("framework>=2\n")
        done = self.lock(project)
        assert done.returncode == 1
        assert "framework>=2" in done.stderr
        assert "Traceback" not in done.stderr
        assert (project / "requirements-dev.txt").read_text() == before

    def test_a_registry_that_does_not_answer_is_given_up(self, project, monkeypatch):
        monkeypatch.setattr(locks, "SECONDS", 1)
        monkeypatch.delenv("UV_OFFLINE")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{silent.getsockname()[1]}/")
            with pytest.raises(LocalError, match="took more than 1 s"):
                locks.ask_uv(["pip", "compile", str(project / "requirements.in")])


class TestPortability:
    @pytest.fixture
    def lock(self, tmp_path):
        return tmp_path / "requirements.txt"

    def everywhere(self, lock):
        return {
            (python, platform): found
            for python in PYTHONS
            for platform in PLATFORMS
            if (found := faults(lock, python, platform))
        }

    def test_a_lock_with_a_wheel_for_each_has_no_fault(self, registry, lock):
        tags = ("manylinux_2_17_x86_64", "manylinux_2_28_aarch64", "macosx_11_0_universal2")
        hashes = [make_wheel(registry, "fast", "1.0", tag=f"cp311-abi3-{tag}") for tag in tags]
        lock.write_text(pin("fast==1.0", *hashes))
        assert self.everywhere(lock) == {}

    def test_a_platform_without_a_wheel_is_named(self, registry, lock):
        tags = ("manylinux_2_17_x86_64", "manylinux_2_28_aarch64")
        hashes = [make_wheel(registry, "fast", "1.0", tag=f"cp311-abi3-{tag}") for tag in tags]
        lock.write_text(pin("fast==1.0", *hashes))
        found = self.everywhere(lock)
        assert set(found) == {(python, "macOS arm64") for python in PYTHONS}
        assert (
            "fast==1.0 has no wheels with a matching platform tag"
            in found["3.11", "macOS arm64"][0]
        )

    def test_a_python_without_a_wheel_is_named(self, registry, lock):
        hashes = [
            make_wheel(registry, "fast", "1.0", tag=f"cp3{minor}-cp3{minor}-{tag}")
            for minor in (11, 12, 13)
            for tag in ("manylinux_2_17_x86_64.manylinux_2_17_aarch64", "macosx_11_0_arm64")
        ]
        lock.write_text(pin("fast==1.0", *hashes))
        assert set(self.everywhere(lock)) == {("3.14", platform) for platform in PLATFORMS}

    def test_a_wheel_whose_hash_the_lock_lacks_does_not_count(self, registry, lock):
        known = make_wheel(registry, "fast", "1.0", tag="cp311-abi3-manylinux_2_17_x86_64")
        make_wheel(registry, "fast", "1.0", tag="cp311-abi3-macosx_11_0_arm64")
        lock.write_text(pin("fast==1.0", known))
        assert faults(lock, "3.13", "Linux x86_64") == []
        assert faults(lock, "3.13", "macOS arm64") == [
            "fast: the lock has no hash of a wheel for it"
        ]

    def test_the_hash_of_another_package_does_not_count(self, registry, lock):
        one, other = (make_wheel(registry, name, "1.0") for name in ("one", "other"))
        lock.write_text(pin("one==1.0", other) + pin("other==1.0", other, one))
        assert faults(lock, "3.13", "macOS arm64") == [
            "one: the lock has no hash of a wheel for it"
        ]

    def test_a_lock_that_is_not_made_yet_is_said(self, lock):
        assert faults(lock, "3.13", "macOS arm64") == ["there is no such lock yet: make lock"]

    def test_what_is_needed_under_a_condition_has_to_be_pinned_there(self, registry, lock):
        needs = ["old ; python_version < '3.13'", "apple ; sys_platform == 'darwin'"]
        old = make_wheel(registry, "old", "1.0")
        make_wheel(registry, "apple", "1.0")
        lock.write_text(
            pin("framework==1.0", make_wheel(registry, "framework", "1.0", needs))
            + pin("old==1.0 ; python_full_version < '3.12'", old)
        )
        assert faults(lock, "3.11", "Linux aarch64") == []
        assert faults(lock, "3.12", "Linux aarch64") == ["old is needed and not pinned"]
        assert faults(lock, "3.14", "macOS arm64") == ["apple is needed and not pinned"]
