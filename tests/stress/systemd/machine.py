"""A machine with Debian and a systemd of its own, in namespaces: installed as docs/how-to/run.md says."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.support.wheels import ROOT, build_wheel

SUITE = "trixie"
PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates,python3-venv,postgresql"
NAME = "book-online"
USER = ("setpriv", "--reuid=book-online", "--regid=book-online", "--clear-groups")
INSTALL = """set -eu
python3 -m venv /opt/book-online
/opt/book-online/bin/pip install --quiet --no-deps --require-hashes -r /source/requirements.lock
/opt/book-online/bin/pip install --quiet --no-deps /source/*.whl
useradd --system --home-dir /var/lib/book-online --create-home book-online
install --directory /etc/book-online
install --mode=640 --group=book-online /source/clinic.toml /etc/book-online/clinic.toml
install --mode=640 --group=book-online /source/environment /etc/book-online/environment
cd /var/lib/book-online
{user} env BOOK_ONLINE_MODE=production /opt/book-online/bin/book-online data-keys init
(umask 077; /opt/book-online/bin/book-online data-keys init --print > /etc/book-online/backup.key)
chown book-online /etc/book-online/backup.key
cp /source/book-online*.service /source/book-online*.socket /source/book-online*.timer /etc/systemd/system/
install /source/book-online /usr/local/bin/
"""
BOOT_SECONDS = 60


class NotStarted(Exception):
    """The machine did not get into its state in time."""


class Machine:
    """Runs while it is booted; its folder is its caller's."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self._boot: subprocess.Popen[bytes] | None = None
        self._first_process = 0

    def install(self, environment: str) -> None:
        """Debian, and Book Online with these settings."""
        subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(self.root)],
            check=True,
        )
        source = self.root / "source"
        source.mkdir()
        build_wheel(ROOT, source)
        units = sorted((ROOT / "deploy/systemd").iterdir())
        for file in (ROOT / "requirements.lock", ROOT / "clinic.toml", *units):
            shutil.copy(file, source)
        (source / "environment").write_text(environment)
        # Of this machine, which may be behind a proxy with a certificate of its own.
        shutil.copy("/etc/ssl/certs/ca-certificates.crt", self.root / "etc/ssl/certs/ca-certificates.crt")
        script = INSTALL.format(user=" ".join(USER))
        subprocess.run([*self._container("--as-pid2"), "sh", "-c", script], check=True)

    def boot(self) -> None:
        """Return once its systemd is up. It has a loopback and no other network."""
        self._boot = subprocess.Popen(
            self._container("--boot", "--private-network"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < until:
            time.sleep(0.3)
            listed = Path(f"/proc/{self._boot.pid}/task/{self._boot.pid}/children").read_text().split()
            if not listed:
                continue
            self._first_process = int(listed[0])
            state = subprocess.run(
                self.command("systemctl", "is-system-running"), capture_output=True, text=True, check=False
            )
            if state.stdout.strip() in ("running", "degraded"):
                return
        raise NotStarted(f"systemd was not up after {BOOT_SECONDS} s")

    def shut_down(self) -> None:
        if self._boot is None:
            return
        self._boot.send_signal(signal.SIGTERM)  # An orderly end, as of a machine that is switched off.
        try:
            self._boot.wait(BOOT_SECONDS)
        except subprocess.TimeoutExpired:
            self._boot.kill()
            self._boot.wait()
        self._boot = None

    def in_its_network(self, *command: str) -> list[str]:
        """A command of this machine that sees the other's network alone."""
        return ["nsenter", f"--net=/proc/{self._first_process}/ns/net", *command]

    def command(self, *command: str) -> list[str]:
        """A command of that machine, as its root."""
        return ["nsenter", "--all", f"--target={self._first_process}", *command]

    def _container(self, *options: str) -> list[str]:
        own = ("--quiet", "--register=no", "--keep-unit", "--link-journal=no", f"--machine={NAME}")
        return ["systemd-nspawn", *own, f"--directory={self.root}", *options]
