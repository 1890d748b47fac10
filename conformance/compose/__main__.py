"""The stack of docker-compose.yaml, put to the test: `make conformance-compose`, or `python -m conformance.compose`.

Up, sell, stop and kill the api under load, kill the database under load, down, up again, and the same behind the gateway:
what was answered as sold is there afterwards, and `verify` finds nothing. COMPOSE names the command, "docker compose" unless
it is set. It has a project, data and ports of its own, removes all of them in the end, and exits 1 if anything failed.
"""

import asyncio
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from conformance.compose.sellers import Sales
from conformance.compose.stack import Psql, Stack, StackError
from local.environments import ROOT

CLIENTS = 8
PATIENCE = "10"
"""Seconds between SIGTERM and SIGKILL: Docker's own. Whoever is killed ends with another code than 0."""
READY_SECONDS = 60
GATEWAY = ("gateway", "127.0.0.1")

Check = Callable[["Trial"], Awaitable[str]]


class Trial:
    """The stack, its sales so far, and where the shop is now."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack = stack
        self.folder = folder
        self.verify: ssl.SSLContext | bool = True
        self.sales = Sales(stack.url, self.verify)

    async def do(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Call something that waits for Compose, while clients go on."""
        return await asyncio.to_thread(work, *arguments)

    async def ready(self) -> float:
        """Return the seconds until the shop can sell. Raises AssertionError."""
        began = time.monotonic()
        async with self.sales.client() as http:
            while time.monotonic() - began < READY_SECONDS:
                try:
                    if (await http.get("/readyz")).status_code == httpx.codes.OK:
                        return time.monotonic() - began
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)
        raise AssertionError(f"the shop was not ready within {READY_SECONDS} s")

    async def books(self) -> str:
        """Prove that all is there that was answered, and that the books are right."""
        missing = await self.sales.missing()
        assert not missing, f"answered, and not there: {missing[:3]}"
        assert not self.sales.wrong, f"answered otherwise: {self.sales.wrong[:3]}"
        code, said = await self.do(lambda: self.stack.inside(self.stack.api, "verify", check=False))
        assert code == 0, f"verify: {said}"
        return (
            f"{len(self.sales.answered)} sales answered, all there, verify clean;"
            f" {self.sales.repeated} requests sent again, {self.sales.replayed} replayed"
        )

    def sell_once(self) -> str:
        """Run the first sale as anybody would."""
        trusted = {"SSL_CERT_FILE": str(self.folder / "tls.crt")} if self.stack.profile else {}
        command = [sys.executable, "examples/first_sale.py", self.stack.url]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **trusted},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr or done.stdout
        return done.stdout.strip().splitlines()[-1]


async def up(trial: Trial) -> str:
    """Build the image, start everything, and wait until all of it is healthy."""
    await trial.do(trial.stack.run, "build")
    seconds = await trial.do(trial.stack.up)
    await trial.ready()
    return f"healthy after {seconds:.1f} s"


async def sells(trial: Trial) -> str:
    """Make the first sale."""
    said: str = await trial.do(trial.sell_once)
    await trial.sales.stock_up()
    return said


async def publishes_the_api_alone(trial: Trial) -> str:
    """Look at every published port."""
    found = await trial.do(trial.stack.published)
    assert {(service, address) for service, address, _ in found} == {("api", "127.0.0.1")}, found
    return "127.0.0.1, the api, nothing else"


async def is_sealed(trial: Trial) -> str:
    """Try to write, and look for what an image has no use for."""
    paths = "/x /app/x /opt/venv/x /var/tmp/x /run/x"
    script = f"for f in {paths}; do touch $f 2>/dev/null && echo $f; done; touch /tmp/x"
    _, open_paths = await trial.do(trial.stack.inside, "api", "sh", "-c", script)
    assert not open_paths.strip(), f"can be written: {open_paths}"
    look = "id -u; for tool in gcc cc make pip curl; do command -v $tool; done; env"
    _, said = await trial.do(trial.stack.inside, "api", "sh", "-c", f"{look}; true")
    user, *rest = said.splitlines()
    assert user == "10001", f"runs as {user}"
    assert not [line for line in rest if line.startswith("/")], "build tools are left"
    _, more = await trial.do(trial.stack.inside, "tidy", "env")
    variables = [*rest, *more.splitlines()]
    foreign = ("OGS_DATABASE__OWNER_URL", "POSTGRESQL_PASSWORD")
    assert not [line for line in variables if line.startswith(foreign)], "passwords of others"
    # All of them, those of the profiles too; the shell that runs this is full of STRANGE.
    _, said = await trial.do(trial.stack.run, "--profile", "*", "config")
    leaked = [line.strip() for line in [*variables, *said.splitlines()] if "leaked" in line]
    assert not leaked, f"taken from the shell: {leaked}"
    return (
        "uid 10001, read-only but for /tmp, no build tools, no password of others or of the shell"
    )


async def ends_within_ten_seconds(trial: Trial) -> str:
    """Stop the api under load, with checkouts at work that wait for a lock: they are answered, and nothing is lost."""
    stack, sales = trial.stack, trial.sales
    async with sales.client() as http, asyncio.TaskGroup() as group:
        carts = [await sales.fill_cart(http) for _ in range(CLIENTS)]
        with stack.psql() as holder, stack.psql() as observer:
            await trial.do(holder.run, "BEGIN; LOCK TABLE purchase IN ACCESS EXCLUSIVE MODE;")
            waiting = [group.create_task(sales.check_out(http, *cart)) for cart in carts]
            await _all_wait(trial, observer)
            repeated, began = sales.repeated, time.monotonic()
            stopping = stack.start("stop", "--timeout", PATIENCE, "api", stderr=subprocess.DEVNULL)
            await asyncio.sleep(0.5)  # The signal arrives while all of them wait.
            await trial.do(holder.run, "COMMIT;")
            await asyncio.wait(waiting)
            assert sales.repeated == repeated, "checkouts at work were not answered"
            await trial.do(stopping.wait, 60)
            idle = time.monotonic() - began
    assert await trial.do(stack.exit_code, "api") == 0, "the api did not end with 0"
    await trial.do(stack.up)
    async with sales.selling(CLIENTS):
        await asyncio.sleep(2)
        began = time.monotonic()
        await trial.do(stack.run, "stop", "--timeout", PATIENCE, "api")
        took = time.monotonic() - began
        code = await trial.do(stack.exit_code, "api")
        await trial.do(stack.up)
    assert code == 0, f"the api ended with {code} under load"
    return f"{idle:.1f} s with {CLIENTS} checkouts at work, {took:.1f} s under load; {await trial.books()}"


async def _all_wait(trial: Trial, observer: Psql) -> None:
    count = "SELECT count(*) FROM pg_locks WHERE NOT granted; SELECT pg_sleep(0.05);"
    for _ in range(100):
        if int((await trial.do(observer.run, count))[0]) >= CLIENTS:
            return
    raise AssertionError("the checkouts never got to the lock")


async def survives_the_apis_death(trial: Trial) -> str:
    """Kill the api with -9 while it sells."""
    return await _killed(trial, "api")


async def survives_the_databases_death(trial: Trial) -> str:
    """Kill PostgreSQL with -9 while the shop sells; the api finds it again by itself."""
    return await _killed(trial, "db")


async def _killed(trial: Trial, service: str) -> str:
    async with trial.sales.selling(CLIENTS):
        await asyncio.sleep(2)
        await trial.do(trial.stack.run, "kill", "--signal", "KILL", service)
        # The engine may have started it again by then; if not, this does.
        _, away = await asyncio.gather(trial.do(trial.stack.up), trial.ready())
        await asyncio.sleep(2)
    return f"ready again {away:.1f} s after its end; {await trial.books()}"


async def stops_and_starts(trial: Trial) -> str:
    """Stop all of it, and start it again."""
    await trial.do(trial.stack.run, "stop")
    began = time.monotonic()
    await trial.do(trial.stack.up)
    return f"back after {time.monotonic() - began:.1f} s; {await trial.books()}"


async def goes_down_and_up(trial: Trial) -> str:
    """Remove all but the data, and begin anew."""
    await trial.do(trial.stack.run, "down")
    seconds = await trial.do(trial.stack.up)
    first = await _first_answer(trial)
    return f"up after {seconds:.1f} s, the api's first answer {first:.1f} s after its start; {await trial.books()}"


async def _first_answer(trial: Trial) -> float:
    await trial.do(trial.stack.run, "stop", "api")
    await trial.do(trial.stack.run, "start", "api")
    return await trial.ready()


async def serves_behind_the_gateway(trial: Trial) -> str:
    """Sell through NGINX and two apis: its port alone is published, and a killed api costs no sale."""
    stack = trial.stack
    await trial.do(stack.run, "down")
    stack.profile = "scale"
    seconds = await trial.do(stack.up)
    found = await trial.do(stack.published)
    assert {(service, address) for service, address, _ in found} == {GATEWAY}, found
    certificate = trial.folder / "tls.crt"
    await trial.do(stack.run, "cp", "gateway:/certificates/tls.crt", str(certificate))
    trial.verify = ssl.create_default_context(cafile=str(certificate))
    trial.sales.url, trial.sales.verify = stack.url, trial.verify
    sold = await trial.do(trial.sell_once)
    async with trial.sales.selling(CLIENTS):
        await asyncio.sleep(2)
        await trial.do(stack.run, "kill", "--signal", "KILL", "api2")
        await asyncio.sleep(2)
    return f"healthy after {seconds:.1f} s, only {found.pop()[1]} published; {sold} {await trial.books()}"


CHECKS: tuple[Check, ...] = (
    up,
    sells,
    publishes_the_api_alone,
    is_sealed,
    ends_within_ten_seconds,
    survives_the_apis_death,
    survives_the_databases_death,
    stops_and_starts,
    goes_down_and_up,
    serves_behind_the_gateway,
)


async def _try(check: Check, trial: Trial) -> tuple[str, str]:
    try:
        return "pass", await check(trial)
    except (AssertionError, OSError, httpx.HTTPError) as error:
        return "FAIL", str(error) or repr(error)
    except ExceptionGroup as group:
        return "FAIL", "; ".join(str(error) or repr(error) for error in group.exceptions)


async def run(command: str) -> bool:
    """Run every check; without the first one the others cannot be made. Return whether all passed."""
    good = True
    with TemporaryDirectory(prefix="ogs-compose-") as folder:
        trial = Trial(Stack(command), Path(folder))
        try:
            for check in CHECKS:
                outcome, note = await _try(check, trial)
                print(f"{check.__name__.replace('_', ' '):32} {outcome}  {note}", flush=True)
                good &= outcome == "pass"
                if check is up and not good:
                    break
        finally:
            await trial.do(trial.stack.remove)
    return good


def main() -> int:
    """Run the checks with the Compose of this computer; return the exit status."""
    command = os.environ.get("COMPOSE") or "docker compose"
    try:
        # Told to end, it removes what it has started, as on Ctrl-C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        return 0 if asyncio.run(run(command)) else 1
    except KeyboardInterrupt:
        return 130
    except (FileNotFoundError, StackError) as error:
        print(f"Not run: `{command}` does not work here: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
