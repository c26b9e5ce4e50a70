"""What an operator does with the units, and what befalls a server: each step ends as it should, or fails."""

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from tests.graphql_api.server.constant_load import constant_load
from tests.stress.systemd.machine import NAME
from tests.stress.systemd.visitor import FROM_PROXY, URL, Visit, book, name_of_clinic, status_of, upload_photo

PROGRAM = "/opt/book-online/bin/book-online"
CLINIC_FILE = "/etc/book-online/clinic.toml"
BACKUPS = "/var/lib/book-online-backup"
DROP_IN = f"/run/systemd/system/{NAME}.service.d"
PATIENCE_SECONDS = 90


class Wrong(Exception):
    """Something is not as the docs say."""


class Steps:
    """`on_machine` is how a command line begins that runs there, as root."""

    def __init__(self, on_machine: Sequence[str]) -> None:
        self._on_machine = on_machine
        self.visits: list[Visit] = []

    async def shell(self, script: str) -> str:
        """What a script of that machine's root prints; it must succeed."""
        run = asyncio.to_thread(
            subprocess.run, [*self._on_machine, "sh", "-c", script], capture_output=True, text=True
        )
        done = await run
        if done.returncode:
            raise Wrong(f"{script}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    async def book_online(self, arguments: str) -> str:
        """A command line of the operator, as the docs install it."""
        return await self.shell(f"/usr/local/bin/book-online {arguments}")

    async def property(self, name: str, unit: str = NAME) -> str:
        return await self.shell(f"systemctl show --property={name} --value {unit}")

    async def start(self) -> str:
        """enable --now, as the docs say."""
        await self.shell(
            f"systemctl daemon-reload;systemctl enable --now {NAME}.socket {NAME}.service {NAME}-backup.timer"
        )
        _is(await self.property("ActiveState"), "active")
        _is(await self.property("StatusErrno"), "0")
        timers = await self.shell("systemctl list-timers --no-legend")
        _is("book-online-backup.timer" in timers, True)
        return f"exposure {await self.exposure()} of 10"

    async def exposure(self) -> str:
        judged = await self.shell(f"systemd-analyze security --no-pager {NAME}.service | tail -n 1")
        return judged.split(": ")[1].split()[0]

    async def sandbox(self) -> str:
        """The process can't do what it must not, whatever is in it."""
        process = await self.property("MainPID")
        status = await self.shell(f"cat /proc/{process}/status")
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        _is((int(facts["CapEff"], 16), facts["NoNewPrivs"], facts["Seccomp"]), (0, "1", "2"))
        inside = f"nsenter --mount --target={process}"
        for place in ("/etc/book-online", "/opt/book-online", "/usr/bin", "/var/lib/postgresql"):
            await self.shell(f"! {inside} touch {place}/written 2>/dev/null")
        await self.shell(f"touch /tmp/of-others; ! {inside} ls /tmp/of-others 2>/dev/null")
        return "no capability, no other file, none of others' temporary files"

    async def visit(self) -> str:
        """A visitor books, over HTTP."""
        self.visits.append(await book())
        return f"{self.visits[-1].reference} is booked"

    async def restart_under_load(self) -> str:
        """systemctl restart: visitors wait in the socket's queue."""
        async with constant_load(URL, headers=FROM_PROXY) as load:
            await load.grows()
            before = load.answered
            await self.shell(f"systemctl restart {NAME}")
            await load.grows()
            await load.end()
        _is(load.failures, [])
        return f"{load.answered - before} requests answered meanwhile and after, none failed"

    async def kill(self) -> str:
        """SIGKILL: systemd starts it again, and new connections wait for it."""
        restarts = int(await self.property("NRestarts"))
        await self.shell(f"systemctl kill --signal=KILL {NAME}")
        await name_of_clinic()
        _is(int(await self.property("NRestarts")), restarts + 1)
        return "started again"

    async def hang(self) -> str:
        """A server that stands still is ended by the watchdog (of 5 s here, not 60)."""
        await self.shell(
            f"mkdir -p {DROP_IN}; printf '[Service]\\nWatchdogSec=5\\nTimeoutAbortSec=1\\n' "
            f"> {DROP_IN}/watchdog.conf; systemctl daemon-reload; systemctl restart {NAME}"
        )
        restarts = int(await self.property("NRestarts"))
        await self.shell(f"kill -STOP {await self.property('MainPID')}")
        await name_of_clinic()
        _is(int(await self.property("NRestarts")), restarts + 1)
        await self.shell(f"rm {DROP_IN}/watchdog.conf; systemctl daemon-reload; systemctl restart {NAME}")
        return "ended, and started again"

    async def photo(self) -> str:
        """An owner signs in at the desk and uploads a photo."""
        said = await self.book_online("staff add 'Sample Owner' --role owner")
        [link] = [line for line in said.split() if line.startswith("http")]
        return f"made into WebP of {await upload_photo(link)} bytes"

    async def backup(self) -> str:
        """The nightly unit, then what it wrote, then the doctor as the server's user."""
        await self.shell(f"systemctl start {NAME}-backup.service")
        files = (await self.shell(f"ls {BACKUPS}")).split()
        [clinic] = [file for file in files if file.startswith("clinic-")]
        _is(sorted(files), [clinic, "keys.backup"])
        said = await self.book_online(
            f"restore --verify {BACKUPS}/{clinic} --key-file /etc/book-online/backup.key"
        )
        findings = json.loads(await self.book_online("doctor --json"))
        _is([each for each in findings if each["level"] == "problem"], [])
        return said.partition(",")[0]

    async def reload(self) -> str:
        """systemctl reload loads clinic.toml, where it rules; one with mistakes changes nothing."""
        await self.shell(
            f"echo BOOK_ONLINE_CLINIC_FILE_RULES=1 >> /etc/book-online/environment; systemctl restart {NAME}"
        )
        former = await name_of_clinic()
        await self.shell(f'sed -i \'s/"{former}"/"Renamed Clinic"/\' {CLINIC_FILE}')
        process = await self.property("MainPID")
        await self.shell(f"systemctl reload {NAME}")
        await self._until(name_of_clinic, "Renamed Clinic")
        await self.shell(f"echo '[polcy]' >> {CLINIC_FILE}; systemctl reload {NAME}")
        await self._until(
            lambda: self.shell(f"journalctl --unit={NAME} --grep='did you mean .policy' --quiet | wc -l"), "1"
        )
        _is((await name_of_clinic(), await self.property("MainPID")), ("Renamed Clinic", process))
        await self.shell(f"sed -i '/polcy/d' {CLINIC_FILE}")
        return "loaded without a restart; a mistake was refused and named in the journal"

    async def stop(self) -> str:
        """systemctl stop ends it well; the socket still listens, and the next visitor starts it."""
        await self.shell(f"systemctl stop {NAME}.service")
        _is((await self.property("Result"), await self.property("ExecMainStatus")), ("success", "0"))
        await name_of_clinic()
        _is(await self.property("ActiveState"), "active")
        return "status 0; the next request started it again"

    async def after_boot(self) -> str:
        """The machine is switched off and on."""
        _is([await status_of(visit) for visit in self.visits], ["BOOKED"] * len(self.visits))
        return "serves, and has the visit"

    async def workers(self) -> str:
        """On PostgreSQL of this machine, two workers on the socket; restarted, and one killed."""
        await self.shell(
            "su postgres -c 'createuser book-online; createdb --owner=book-online book-online;"
            " createdb --owner=book-online book-online_keys'"
        )
        await self.shell(
            "echo 'DATABASE_URL=postgresql://book-online@/book-online?host=/var/run/postgresql'"
            f" >> /etc/book-online/environment; mkdir -p {DROP_IN};"
            f" printf '[Service]\\nExecStart=\\nExecStart={PROGRAM} serve --workers 2\\n'"
            f" > {DROP_IN}/workers.conf; systemctl daemon-reload; systemctl restart {NAME}"
        )
        await book()
        said = await self.restart_under_load()
        parent = await self.property("MainPID")
        children = (await self.shell(f"cat /proc/{parent}/task/{parent}/children")).split()
        _is(len(children), 2)
        await self.shell(f"kill -KILL {children[0]}")
        await name_of_clinic()
        return f"{said}; two workers"

    async def _until(self, ask: Callable[[], Awaitable[object]], wanted: object) -> None:
        found: object = None
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while (found := await ask()) != wanted:  # noqa: ASYNC110  (another machine)
                    await asyncio.sleep(0.2)
        _is(found, wanted)


def _is(found: object, wanted: object) -> None:
    if found != wanted:
        raise Wrong(f"{found!r} instead of {wanted!r}")
