"""Machines for a run: network namespaces on a bridge, with the processes that each of them runs."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

BRIDGE = "ha"
USER = (
    *("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
)
"""PostgreSQL and PgBouncer refuse to run as root. What they run may be in a home that only root can read."""


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def make_network(address: str) -> None:
    """In a network namespace that has nothing yet: its loopback, and a bridge with this address of a /24."""
    ip("link", "set", "lo", "up")
    ip("link", "add", BRIDGE, "type", "bridge")
    ip("address", "add", f"{address}/24", "dev", BRIDGE)
    ip("link", "set", BRIDGE, "up")
    Path("/run/netns").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run/netns"], check=True)


class Host:
    """The machine on which the run itself takes place."""

    def __init__(self, name: str, address: str, folder: Path) -> None:
        self.name = name
        self.address = address
        self.folder = folder / name
        self.folder.mkdir()
        self.folder.chmod(0o777)  # for whoever its processes run as
        self._processes: list[subprocess.Popen[bytes]] = []

    def run(self, name: str, *command: str, environment: Mapping[str, str] | None = None) -> None:
        """Start a process, and leave it alone. What it says is in `name`.log of the folder."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*self._prefix, *USER, *command],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **(environment or {})},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)

    def switch_off(self) -> None:
        """SIGKILL to each of its processes."""
        for process in self._processes:
            process.kill()
            process.wait()
        self._processes.clear()

    def said(self, name: str) -> str:
        log = self.folder / f"{name}.log"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    @property
    def _prefix(self) -> Sequence[str]:
        return ()


class Machine(Host):
    """A machine whose network can be cut, and which can be switched off."""

    def __init__(self, name: str, address: str, folder: Path) -> None:
        super().__init__(name, address, folder)
        ip("netns", "add", name)
        ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("link", "set", name, "master", BRIDGE, "up")
        ip("-n", name, "address", "add", f"{address}/24", "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", name, "link", "set", "lo", "up")

    def cut(self) -> None:
        """All its processes go on, and reach nobody else."""
        ip("link", "set", self.name, "down")

    def mend(self) -> None:
        ip("link", "set", self.name, "up")

    def switch_off(self) -> None:
        """With the processes that its processes have started."""
        listed = subprocess.check_output(["ip", "netns", "pids", self.name], text=True)
        for process in listed.split():
            with suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
        super().switch_off()

    @property
    def _prefix(self) -> Sequence[str]:
        return ("ip", "netns", "exec", self.name)
