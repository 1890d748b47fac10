"""What a lock pins is what is installed, whatever else the registry has by then: one of files, and the pip that Python brings."""

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile
from hashlib import sha256

import pytest

from local.environments import OPTIONS, ROOT, install
from tests.support.containers import instructions
from tests.support.wheels import make_wheel, pin

# A minute is little for a new environment on a very busy machine.
SECONDS = 300
PINNED = {"framework": "1.0", "checker": "2.0", "mail": "1.0"}


@pytest.fixture
def lock(registry, tmp_path):
    """A lock of a package that needs another with an extra, of which there is a newer release by now."""

    def checker(version):
        return make_wheel(registry, "checker", version, ["mail>=1 ; extra == 'mail'"], ["mail"])

    checker("2.1")
    path = tmp_path / "requirements.txt"
    path.write_text(
        pin("checker==2.0", checker("2.0"))
        + pin("framework==1.0", make_wheel(registry, "framework", "1.0", ["checker[mail]>=2"]))
        + pin("mail==1.0", make_wheel(registry, "mail", "1.0"))
    )
    return path


def installed(venv):
    """Return what is in there besides what Python itself puts into a new environment."""
    program = (
        "import json; from importlib.metadata import distributions;"
        "print(json.dumps({each.name: each.version for each in distributions()}))"
    )
    command = [venv / "bin" / "python", "-I", "-c", program]
    found = json.loads(subprocess.check_output(command, timeout=SECONDS))
    return {name: found[name] for name in found.keys() - {"pip", "setuptools", "wheel"}}


class TestMake:
    """The first thing that anybody runs."""

    @pytest.fixture
    def project(self, lock):
        """As much of a checkout as that takes."""
        folder = lock.parent / "checkout"
        (folder / "local").mkdir(parents=True)
        shutil.copy(ROOT / "Makefile", folder)
        for name in ("__init__.py", "environments.py"):
            shutil.copy(ROOT / "local" / name, folder / "local")
        for name in ("requirements.txt", "requirements-dev.txt"):
            shutil.copy(lock, folder / name)
        return folder

    def make(self, project, *arguments):
        variables = {name: text for name, text in os.environ.items() if "MAKE" not in name}
        return subprocess.run(
            ["make", *(arguments or [".venv/.installed"]), f"PYTHON={sys.executable}"],
            cwd=project,
            env=variables,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def test_it_installs_what_is_pinned_though_there_is_a_newer_release(self, project):
        done = self.make(project)
        assert (done.returncode, done.stderr) == (0, "")
        assert installed(project / ".venv") == PINNED
        assert "is up to date" in self.make(project).stdout

        # A newer file with the same pins is no reason to do it again; a Python that is gone is one.
        stamp, mark = (project / ".venv" / name for name in (".installed", "mark"))
        mark.touch()
        os.utime(stamp, (0, 0))
        assert self.make(project).returncode == 0
        assert mark.exists()
        for python in stamp.parent.glob("bin/python*"):
            python.unlink()
        assert self.make(project).returncode == 0
        assert installed(project / ".venv") == PINNED

    def test_what_is_set_for_other_programs_changes_nothing(self, project, registry, monkeypatch):
        elsewhere = project.parent / "elsewhere"
        with zipfile.ZipFile(registry / "mail-1.0-py3-none-any.whl") as wheel:
            wheel.extractall(elsewhere)
        monkeypatch.setenv("PYTHONPATH", str(elsewhere))
        monkeypatch.setenv("PYTHONSAFEPATH", "1")
        monkeypatch.setenv("PIP_TARGET", str(elsewhere))
        monkeypatch.setenv("PIP_USER", "1")
        done = self.make(project)
        assert (done.returncode, done.stderr) == (0, "")
        assert installed(project / ".venv") == PINNED

    def test_a_lock_is_made_without_installing_the_one_that_is_there(self, project):
        (project / ".venv" / "bin").mkdir(parents=True)
        (project / ".venv" / "bin" / "uv").touch()
        assert self.make(project, "--dry-run", "lock").stdout == ".venv/bin/python -m local.locks\n"

    def test_a_lock_that_lacks_something_is_an_error_and_leaves_nothing_behind(
        self, project, registry
    ):
        lock = project / "requirements-dev.txt"
        whole = lock.read_text()
        lock.write_text(pin("needy==1.0", make_wheel(registry, "needy", "1.0", ["mail"])))
        done = self.make(project)
        assert done.returncode != 0
        assert "needy 1.0 requires mail, which is not installed" in done.stderr
        lock.write_text(whole)
        assert self.make(project).returncode == 0
        assert installed(project / ".venv") == PINNED


class TestInstall:
    def test_a_second_lock_takes_back_a_version_of_the_first(self, lock, registry):
        newer, older = (make_wheel(registry, "server", version) for version in ("2.0", "1.0"))
        lock.write_text(lock.read_text() + pin("server==2.0", newer))
        second = lock.with_name("second.txt")
        second.write_text(pin("server==1.0", older))
        venv = lock.parent / "environments" / "server"
        assert install(venv, sys.executable, [lock, second]) is None
        assert installed(venv) == {**PINNED, "server": "1.0"}

    def test_what_a_link_leads_to_is_left_alone(self, lock):
        folder = lock.parent / "folder"
        folder.mkdir()
        (folder / "mine").touch()
        venv = lock.parent / "venv"
        venv.symlink_to(folder)
        assert "is a link" in (install(venv, sys.executable, [lock]) or "")
        assert (folder / "mine").exists()

    def test_what_cannot_be_read_is_said(self, lock):
        said = install(lock.parent / "venv", sys.executable, [lock.with_name("gone.txt")]) or ""
        assert said.endswith("gone.txt: No such file or directory.")

    def test_nothing_is_built(self, registry, tmp_path):
        """What a build takes, and the code that it runs, is in no lock."""
        built = tmp_path / "built"
        files = {
            "PKG-INFO": "Metadata-Version: 2.1\nName: raw\nVersion: 1.0\n",
            "pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'raw'\nbackend-path = ['.']\n",
            "raw.py": f"open({str(built)!r}, 'w')\n",
        }
        archive = registry / "raw-1.0.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            for name, text in files.items():
                info = tarfile.TarInfo(f"raw-1.0/{name}")
                info.size = len(text)
                tar.addfile(info, io.BytesIO(text.encode()))
        lock = tmp_path / "requirements.txt"
        lock.write_text(pin("raw==1.0", sha256(archive.read_bytes()).hexdigest()))
        said = install(tmp_path / "venv", sys.executable, [lock])
        assert said is not None
        assert "No matching distribution found for raw==1.0" in said
        assert not built.exists()


def test_the_image_installs_what_is_pinned_too(lock):
    """Its lines as they stand, but for where things lie."""
    (text,) = (
        each.text
        for each in instructions()
        if "requirements.txt" in each.text and each.name == "RUN"
    )
    venv = lock.parent / "venv"
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", venv], check=True, timeout=SECONDS
    )
    text = text.replace("/opt/venv", str(venv)).replace("/build", str(lock.parent))
    for command in text.split("&&"):
        program, *arguments = shlex.split(command)
        assert program == "pip"
        subprocess.run([sys.executable, "-m", "pip", *arguments], check=True, timeout=SECONDS)
    assert installed(venv) == PINNED


def test_what_people_are_told_to_type_installs_in_the_same_way():
    told = [
        line
        for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
        for line in re.findall(r"pip install[^`\n]*", page.read_text("utf-8"))
    ]
    assert told
    for line in told:
        assert all(option in line for option in OPTIONS), line
