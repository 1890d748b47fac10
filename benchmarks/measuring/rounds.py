"""The comparison: all contestants are up and idle but the one under load, and a slot of ours stands before each of a peer's."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.loads.ground import Ground
from benchmarks.loads.plans import LOADS, plan
from benchmarks.measuring import wrk
from benchmarks.measuring.contestants import OURS, PEERS, Contestant, Running, running
from benchmarks.measuring.processes import Meter, postmaster, rss_mb, wait_until_idle
from benchmarks.measuring.wrk import Outcome, Plan

LINES = 10_000
"""So many different requests a load has that can be sent again and again."""
FIRST_GUESS = {1: 800, 32: 2000, 128: 2500}
"""Requests per second for which carts are made before anybody knows how many it will be, by connections."""
MARGIN = 1.4
SLOT_SECONDS_BESIDES = 0.4
"""What starting wrk twice, making carts and waiting for silence add to a slot."""

Say = Callable[[str], None]
Keep = Callable[[dict[str, Any]], None]


class RunInvalid(Exception):  # noqa: N818 - said of a run
    """An answer was not the expected one, so that the run says nothing."""


@dataclass(frozen=True)
class Timing:
    """Seconds of a slot: of warming up, the first time and later, and of measuring.

    `lone` is for one connection, and `slow` for logins on more: with as many passwords hashed one after the other, the
    first answer alone takes most of a second.
    """

    first: float = 1.5
    warm: float = 0.3
    lone: float = 1.0
    slot: float = 1.5
    slow: float = 3.0

    def measured(self, place: "Place") -> float:
        """Return the seconds that a slot there is measured for."""
        if place.connections == 1:
            return self.lone
        return self.slow if place.load == "login" else self.slot


@dataclass(frozen=True)
class Place:
    """What a slot is about: the load, the connections of wrk, the workers of each contestant."""

    load: str
    connections: int = 32
    workers: int = 1


@dataclass(frozen=True)
class Course:
    """A whole comparison."""

    places: Sequence[Place]
    peers: Sequence[str] = tuple(PEERS)
    rounds: int = 5
    timing: Timing = field(default_factory=Timing)

    @property
    def slots(self) -> int:
        """How many slots it has."""
        return len(self.places) * self.rounds * len(order(self.peers))

    @property
    def seconds(self) -> float:
        """About how long all slots take."""
        timing = self.timing
        each = sum(
            timing.warm + timing.measured(place) + SLOT_SECONDS_BESIDES for place in self.places
        )
        again = (len(self.peers) + 1) * len(self.places) * (timing.first - timing.warm)
        return each * self.rounds * len(order(self.peers)) + again


def every_place() -> tuple[Place, ...]:
    """Return the places of a full run: those with one worker first, as two workers take a start anew."""
    loads = [name for name, load in LOADS.items() if not load.apart]
    alone = [Place(load, connections) for load in loads for connections in (1, 32)]
    crowd = [Place(load, 128, 2) for load in ("product", "checkout")]
    return (*alone, *crowd)


def order(peers: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """Return the slots of one round, as (pair, contestant): ours and a peer, ours and the next; or ours alone."""
    if not peers:
        return ((1, OURS.key),)
    pairs = enumerate(peers, start=1)
    return tuple((number, who) for number, peer in pairs for who in (OURS.key, peer))


class Match:
    """Runs a course on a ground, and hands over each slot as it ends."""

    def __init__(self, course: Course, ground: Ground, folder: Path, keep: Keep, say: Say) -> None:
        self._course, self._ground, self._folder = course, ground, folder
        self._keep, self._say = keep, say
        self._postgres = postmaster(ground.server.data)
        self._plans: dict[tuple[str, str], Plan] = {}
        self._rates: dict[tuple[Place, str], float] = {}
        self._done = 0

    def run(self) -> None:
        """Run all of it. Raises RunInvalid or ContestantFailed; what was measured until then was handed over."""
        by_workers: dict[int, list[Place]] = {}
        for place in self._course.places:
            by_workers.setdefault(place.workers, []).append(place)
        for workers, places in by_workers.items():
            with ExitStack() as end:
                every = _contestants(self._course.peers)
                up = end.enter_context(running(every, self._ground, self._folder, workers))
                for place in places:
                    self._place(place, up)

    def _place(self, place: Place, up: dict[str, Running]) -> None:
        for number in range(1, self._course.rounds + 1):
            self._ground.tidy()
            began = time.monotonic()
            found = list(self._round(place, number, up))
            rates = ", ".join(f"{slot['contestant']} {slot['rps']:.0f}" for slot in found)
            self._say(
                f"[{self._done}/{self._course.slots}] {place.load} c={place.connections} w={place.workers}"
                f" round {number}: {rates} requests/s ({time.monotonic() - began:.0f} s)"
            )

    def _round(self, place: Place, number: int, up: dict[str, Running]) -> Iterator[dict[str, Any]]:
        met: set[str] = set()
        for pair, who in order(self._course.peers):
            fresh = number == 1 and who not in met
            met.add(who)
            slot = self._slot(place, number, up[who], fresh=fresh)
            slot["pair"] = pair
            self._done += 1
            self._keep(slot)
            yield slot

    def _slot(self, place: Place, number: int, who: Running, *, fresh: bool) -> dict[str, Any]:
        timing = self._course.timing
        self._load(place, who, timing.first if fresh else timing.warm, number)
        seconds = timing.measured(place)
        outcome, spent = self._load(place, who, seconds, number)
        if not outcome.requests:
            raise RunInvalid(
                str(who.failed(f"answered nothing for {seconds} s under {place.load}"))
            )
        self._rates[place, who.key] = outcome.rps
        who.forget_log()
        server, postgres = (1e6 * seconds / outcome.requests for seconds in spent)
        return {
            "load": place.load,
            "contestant": who.key,
            "connections": place.connections,
            "workers": place.workers,
            "round": number,
            "rps": round(outcome.rps, 2),
            "requests": outcome.requests,
            "seconds": round(outcome.seconds, 3),
            "p50_ms": outcome.p50_ms,
            "p99_ms": outcome.p99_ms,
            "max_ms": outcome.max_ms,
            "errors": outcome.errors,
            "server_cpu_us": round(server, 1),
            "postgres_cpu_us": round(postgres, 1),
            "rss_mb": round(rss_mb(who.process.pid), 1),
        }

    def _load(
        self, place: Place, who: Running, seconds: float, number: int
    ) -> tuple[Outcome, tuple[float, float]]:
        wanted = self._plan(place, who, seconds, number)
        meter = Meter(who.process.pid, self._postgres)
        path = self._folder / "requests.txt"
        outcome = wrk.run(who.url, wanted, path, place.connections, seconds)
        spent = meter.spent()
        if outcome.errors:
            what = f"had {outcome.detail} errors under {place.load} with {place.connections} connections"
            raise RunInvalid(str(who.failed(what)))
        # Requests under way when wrk ended are answered all the same, and not to be in the way of what comes next.
        wait_until_idle(who.process.pid)
        return outcome, spent

    def _plan(self, place: Place, who: Running, seconds: float, number: int) -> Plan:
        load = LOADS[place.load]
        if load.once:
            guess = FIRST_GUESS.get(place.connections, max(FIRST_GUESS.values()))
            rate = self._rates.get((place, who.key), guess)
            return plan(load, self._ground, who.url, math.ceil(MARGIN * rate * seconds) + 100)
        known = self._plans.get((place.load, who.url))
        if known is None:
            known = plan(load, self._ground, who.url, LINES)
            self._plans[place.load, who.url] = known
        # The same for both of a pair, and others in the next round.
        return Plan(known.requests, first=number * LINES // 7)


def _contestants(peers: Sequence[str]) -> list[Contestant]:
    return [OURS, *(PEERS[key] for key in peers)]
