"""What a service manager hands to the process that it starts, as systemd does: sockets, and where to report.

https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html and sd_notify.html
"""

import os
import socket
from collections.abc import MutableMapping
from dataclasses import dataclass

FIRST_DESCRIPTOR = 3
"""SD_LISTEN_FDS_START: what comes before is the standard input, output and error."""


@dataclass(frozen=True)
class ServiceManager:
    descriptors: range = range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR)
    """Of sockets that listen already, and go on to when this process has ended."""
    address: str = ""
    """Of the socket that hears of the process's states; empty where nobody listens."""
    watchdog_seconds: float | None = None
    """The process is ended unless it says in this time that it lives."""

    def notify(self, *states: str) -> None:
        """Send `READY=1`, say. A service manager that does not hear it does without."""
        if not self.address:
            return
        address = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
                sending.setblocking(False)
                sending.sendto("\n".join(states).encode(), address)
        except OSError:
            return


def service_manager_of(environment: MutableMapping[str, str] | None = None) -> ServiceManager:
    """Of this process. Its variables are taken out: its own processes must not take them for theirs."""
    environment = os.environ if environment is None else environment
    listen_pid, descriptors = environment.pop("LISTEN_PID", ""), environment.pop("LISTEN_FDS", "")
    environment.pop("LISTEN_FDNAMES", None)
    watchdog_pid, microseconds = environment.pop("WATCHDOG_PID", ""), environment.pop("WATCHDOG_USEC", "")
    own = str(os.getpid())
    count = int(descriptors) if listen_pid == own and descriptors.isdecimal() else 0
    is_watched = watchdog_pid in ("", own) and microseconds.isdecimal() and int(microseconds) > 0
    return ServiceManager(
        range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + count),
        environment.pop("NOTIFY_SOCKET", ""),
        int(microseconds) / 1_000_000 if is_watched else None,
    )
