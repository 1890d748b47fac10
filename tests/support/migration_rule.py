"""What a migration must not do while the version before it serves: squawk's rules, and those that it does not have."""

import json
import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import sqlparse

from local.environments import ROOT

SQUAWK = Path(sys.executable).with_name("squawk")

# Came before the first release; .squawk.toml says the same to squawk.
BASELINE = "0006-search-words"

NOT_TRANSACTIONAL = re.compile(r"^--\s*transactional:\s*false\s*$", re.MULTILINE)
IGNORE = re.compile(r"^--\s*squawk-ignore\s+(?P<rules>.+)$")
CONTRACT = re.compile(r"^-- contract: (?P<version>\d+\.\d+\.\d+) \w+")
BECAUSE = re.compile(r"^-- because \w+")
# What breaks old clients. A text that is replaced need not: it may take and return the same; nor need a column that may be
# NULL, to clients that never read it, a default that no client knows, or rows that none of them makes.
BREAKS = re.compile(
    r"\bban-(?!(?:replace-view-function|drop-not-null|drop-constraint|set-default)\b)|\brenaming-|\bchanging-"
)
# To a migration in a transaction: locks that last until it ends, on rows or tables that are in use; and what
# PostgreSQL refuses there, which squawk sees only beside other statements.
HOLDS = {
    "changes-rows": re.compile(r"(UPDATE|DELETE|TRUNCATE)\b", re.IGNORECASE),
    "locks-table": re.compile(r"LOCK\b", re.IGNORECASE),
    "needs-no-transaction": re.compile(
        r"(CREATE|DROP|REINDEX)\b.*\bCONCURRENTLY\b|VACUUM\b", re.IGNORECASE
    ),
    # Read as a constraint of the table's: all rows, under a lock that nobody gets past.
    "adds-column-with-check": re.compile(
        r"ALTER\s+TABLE\b.*\bADD\s+(?:COLUMN\s+)?(?!COLUMN\b|CONSTRAINT\b|CHECK\b)\w+(?:(?!\bADD\b).)*\bCHECK\b",
        re.IGNORECASE,
    ),
    "drops-trigger": re.compile(r"DROP\s+TRIGGER\b", re.IGNORECASE),
}
# To one without: what holds nobody up, and can be run again after it failed half-way.
FREE = re.compile(
    r"CREATE (UNIQUE )?INDEX CONCURRENTLY (?!IF)|DROP INDEX CONCURRENTLY IF EXISTS|DO\b"
    r"|ALTER TABLE \w+ VALIDATE CONSTRAINT",
    re.IGNORECASE,
)


def after_baseline(folder: Path) -> list[Path]:
    """Return the migrations that the rule is for."""
    files = sorted(folder.glob("*.sql"))
    return [path for path in files if ".rollback" not in path.name and path.stem > BASELINE]


def faults(path: Path, released: Collection[str]) -> list[str]:
    """Return the names of the rules that a migration breaks; `released` are the versions that a contract may name."""
    text = path.read_text(encoding="utf-8")
    return [*_squawk(path, text), *_held(text), *_exemptions(text, released)]


def _squawk(path: Path, text: str) -> list[str]:
    alone = ["--no-assume-in-transaction"] if NOT_TRANSACTIONAL.search(text) else []
    done = subprocess.run(
        [SQUAWK, "--config", ROOT / ".squawk.toml", "--reporter", "json", *alone, path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return [found["rule_name"] for found in json.loads(done.stdout)]


def _held(text: str) -> Iterator[str]:
    alone = NOT_TRANSACTIONAL.search(text)
    for statement in sqlparse.split(text):
        plain = " ".join(sqlparse.format(statement, strip_comments=True).split())
        if not plain:
            continue
        if alone and not FREE.match(plain):
            yield "needs-a-transaction"
        if not alone and not any(map(CONTRACT.match, statement.splitlines())):
            yield from (name for name, pattern in HOLDS.items() if pattern.match(plain))


def _exemptions(text: str, released: Collection[str]) -> Iterator[str]:
    """What squawk is told to ignore stands below a line that says why; what breaks old clients, below a release."""
    lines = text.splitlines()
    for line, above in zip(lines, ["", *lines], strict=False):
        contract = CONTRACT.match(above)
        found = IGNORE.match(line)
        if contract and contract["version"] not in released:
            yield "contract-names-no-release"
        if found and not contract and BREAKS.search(found["rules"]):
            yield "contract-without-release"
        elif found and not contract and not BECAUSE.match(above):
            yield "exemption-without-reason"
