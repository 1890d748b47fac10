"""Measure: `python -m benchmarks` for all and the report, or with `quick`, `selling`, `years`, `scale` or `soak` for a part (`make bench…`).

What was measured stands in .benchmarks/results.json, also if the run breaks off. Exits 1 if an answer was not the expected
one, 2 if something that it needs is missing.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from benchmarks.loads import answers
from benchmarks.loads.ground import CUSTOMERS, PRODUCTS, PURCHASES, Ground, ground
from benchmarks.measuring import wrk
from benchmarks.measuring.contestants import OURS, PEERS, VENV, ContestantFailed, prepare, running
from benchmarks.measuring.results import FOLDER, Results, machine, settings, versions
from benchmarks.measuring.rounds import Course, Match, RunInvalid, every_place
from benchmarks.parts import quick, soak
from local.account import LocalError
from local.environments import ROOT

MEANT_SECONDS = 3600
BESIDES_SECONDS = 600
"""About what is spent on seeding, limits, starts and the growing shop."""


def say(what: str) -> None:
    """Print a line of progress at once."""
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


def everything(folder: Path, _arguments: argparse.Namespace) -> int:
    """Run the comparison, the limits, the starts and the scale."""
    from benchmarks.parts import limits, scale, start  # noqa: PLC0415 - the quick run needs none of these

    course = Course(every_place())
    about = course.seconds + BESIDES_SECONDS
    say(f"{course.slots} slots and the rest: about {about / 60:.0f} minutes.")
    # The soak is a run of its own, and stays until the next one.
    results = Results()
    results.put(soak=Results.kept().document.get("soak", {}), machine=machine())
    with ground() as lent:
        _describe(lent, course, results)
        compare(lent, folder, tuple(PEERS))
        start.run(lent, folder, results, say)
        limits.run(lent, folder, results, say)
        Match(course, lent, folder, lambda slot: results.add("rounds", slot), say).run()
        books = soak.verify(lent, folder)
        if not books["clean"]:
            results.add("faults", f"verify: {books['said']}")
    scale.run(folder, results, say)
    return 0


def compare(on: Ground, folder: Path, peers: Sequence[str]) -> None:
    """Check that ours and the peers give the same answers, and keep the same books. Raises AnswersDiffer where they do not."""
    every = [OURS, *(PEERS[key] for key in peers)]
    with running(every, on, folder) as up:
        answers.compare(up[OURS.key].url, {key: up[key].url for key in peers}, on)
    books = soak.verify(on, folder)
    if not books["clean"]:
        raise answers.AnswersDiffer(f"verify, when all have checked out: {books['said']}")
    say(f"{', '.join(up)} answer alike.")


def report() -> int:
    """Write docs/performance.md of the results; return the exit status."""
    command = [str(VENV / "bin" / "python"), "-m", "benchmarks.report"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def quickly(folder: Path, _arguments: argparse.Namespace) -> int:
    """Print the ratios to the peers that matter, in less than three minutes."""
    with ground(purchases=0) as lent:
        compare(lent, folder, quick.PEERS)
        print(f"\n{quick.run(lent, folder, say)}")
    return 0


def selling(folder: Path, _arguments: argparse.Namespace) -> int:
    """Print what a checkout with a slot and a coupon does beside a peer's."""
    from benchmarks.parts import selling as part  # noqa: PLC0415 - as above

    with ground(purchases=0) as lent:
        print(f"\n{part.run(lent, folder, say)}")
    return 0


def aged(folder: Path, _arguments: argparse.Namespace) -> int:
    """Print what everything takes in a shop that has three years behind it; fail if any of it takes too long."""
    from benchmarks.parts import years as part  # noqa: PLC0415 - as above

    tables, faults = part.run(folder, say)
    print(f"\n{tables}")
    for sentence in faults:
        print(sentence, file=sys.stderr)
    return 1 if faults else 0


def growing(folder: Path, _arguments: argparse.Namespace) -> int:
    """Measure the cost of requests as the shop grows."""
    from benchmarks.parts import scale  # noqa: PLC0415 - as above

    scale.run(folder, Results.kept(), say)
    return 0


def soaking(folder: Path, arguments: argparse.Namespace) -> int:
    """Load the shop for long; fail if anything grew."""
    found = soak.run(folder, Results.kept(), say, minutes=arguments.minutes)
    for sentence in found:
        print(sentence, file=sys.stderr)
    return 1 if found else 0


def _describe(on: Ground, course: Course, results: Results) -> None:
    timing = course.timing
    seconds = f"{timing.slot} ({timing.lone} with one connection)"
    warming = f"{timing.warm} ({timing.first} the first time)"
    said = {"rounds": course.rounds, "seconds_of_a_slot": seconds, "seconds_of_warm_up": warming}
    shop = {"products": PRODUCTS, "purchases": PURCHASES, "customers": CUSTOMERS}
    results.put(versions=versions(on), settings=settings(on, **said, **shop), rounds=[])


Command = Callable[[Path, argparse.Namespace], int]
COMMANDS: Mapping[str, tuple[str, Command]] = MappingProxyType(
    {
        "all": ("bench", everything),
        "quick": ("bench-quick", quickly),
        "selling": ("bench-selling", selling),
        "years": ("bench-years", aged),
        "scale": ("bench-scale", growing),
        "soak": ("bench-soak", soaking),
    }
)
"""What each is called by `make`, and what it does."""
PRINTED = ("quick", "selling", "years")
"""Those that the report knows nothing of."""


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", default="all", choices=COMMANDS)
    parser.add_argument("--minutes", type=float, default=20.0, help="how long `soak` takes")
    arguments = parser.parse_args()
    # Told to end, it ends what it has started, as on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    try:
        status = _run(arguments)
    except KeyboardInterrupt:
        print("Interrupted; everything that was started has ended.", file=sys.stderr)
        return 130
    except (wrk.WrkMissing, LocalError) as error:
        print(error, file=sys.stderr)
        return 2
    except (ContestantFailed, RunInvalid, answers.AnswersDiffer, wrk.WrkFailed) as error:
        print(f"The run is invalid. {error}", file=sys.stderr)
        if arguments.what == "all":
            Results.kept().add("faults", str(error))
        return 1
    say(f"{time.monotonic() - began:.0f} s")
    return status


def _run(arguments: argparse.Namespace) -> int:
    name, command = COMMANDS[arguments.what]
    wrk.check_wrk()
    if trouble := prepare():
        print(trouble, file=sys.stderr)
        return 2
    folder = FOLDER / arguments.what
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began = time.monotonic()
    status = command(folder, arguments)
    if arguments.what in PRINTED:
        return status
    Results.kept().took(name, time.monotonic() - began)
    return report() or status


if __name__ == "__main__":
    sys.exit(main())
