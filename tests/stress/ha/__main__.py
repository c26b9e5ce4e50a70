"""`make ha`: the machines of a clinic fail one after the other, and a table says what came of it.

All of it is in namespaces of its own: no packet leaves them, and no process outlives the run.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from graphql_api.settings import Settings
from graphql_api.startup import migrate_database
from tests.stress.deployment import Outcome, running_deployment
from tests.stress.ha.cluster import PYTHON, Cluster
from tests.stress.ha.scenario import Event, night

PROGRAMS = ("ip", "unshare", "setpriv", "etcd", "haproxy", "pgbouncer", str(PYTHON))
PACKAGES = "etcd-server haproxy pgbouncer iproute2 util-linux"
# The shell is process 1 of the namespace, and takes in the processes whose parents were killed.
INSIDE = (
    *("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
    *("sh", "-c", '"$@"; exit $?', "sh"),
)
SERVER_PORTS = (8001, 8002, 8003)
FRONT = "http://127.0.0.1:8000"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.stress.ha", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="for all that is chosen at random")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        return _play(arguments.seed)
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if sys.platform != "linux" or os.geteuid() != 0:
        sys.exit("make ha makes network namespaces: it needs Linux and root.")
    if missing:
        sys.exit(f"make ha needs {', '.join(missing)}. On Debian: apt-get install {PACKAGES}")
    command = [*INSIDE, sys.executable, "-m", "tests.stress.ha", *sys.argv[1:], "--inside"]
    return subprocess.run(command, check=False).returncode


def _play(seed: int) -> int:
    with tempfile.TemporaryDirectory(prefix="book-online-ha-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.chdir(folder)  # where the key to the patients' data is made
        cluster = Cluster(folder)
        try:
            events, outcome = asyncio.run(_night(cluster, folder, seed))
        finally:
            cluster.stop()
    _print_table(events, outcome)
    return int(bool(outcome.wrong))


async def _night(cluster: Cluster, folder: Path, seed: int) -> tuple[Sequence[Event], Outcome]:
    _show("two PostgreSQL servers, three etcd, PgBouncer and HAProxy start")
    await cluster.start()
    _show("the database gets its tables")
    await asyncio.to_thread(migrate_database, Settings(cluster.url), now=datetime.now(UTC))
    _show("three servers of ours start")
    async with running_deployment(
        cluster.url, folder, processes=len(SERVER_PORTS), ports=SERVER_PORTS, fronts=[FRONT]
    ) as deployment:
        return await night(cluster, deployment, seed=seed, show=_show)


def _show(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _print_table(events: Sequence[Event], outcome: Outcome) -> None:
    columns = "{:<34} {:>12} {:>9}"
    lines = [columns.format("while", "no booking s", "bookings")]
    lines += [columns.format(event.name, f"{event.away:.1f}", event.bookings) for event in events]
    lines.append(
        f"{outcome.successes} successes, {outcome.refusals} refusals, {outcome.errors} errors, "
        f"{outcome.losses} losses, {outcome.doubles} doubles ({outcome.note})"
    )
    lines += [f"WRONG: {wrong}" for wrong in outcome.wrong]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
