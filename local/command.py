"""`python -m local.command verify`: one of the shop's commands, on the database that `make run` keeps."""

import subprocess
import sys

from local.environments import ROOT
from local.shop import shop_database
from local.trouble import exit_code


def main(arguments: list[str]) -> int:
    """Run `flask --app main` with `arguments`, and return its exit code."""

    def run() -> int:
        with shop_database() as database:
            command = [sys.executable, "-m", "flask", "--app", "main", *arguments]
            return subprocess.run(
                command, cwd=ROOT, env=database.environment, check=False
            ).returncode

    return exit_code(run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
