"""PgBouncer in front of a test's PostgreSQL."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which

import pytest
from sqlalchemy import make_url

from tests.support.live_server import reserved_port

START_SECONDS = 10


@contextmanager
def running_pgbouncer(url: str, mode: str, *, sessions: int = 3, ignores: str = "") -> Iterator[str]:
    """The URL of the same database through PgBouncer, which has this many sessions of the server."""
    program = which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed: apt-get install pgbouncer")
    direct = make_url(url)
    with reserved_port() as port, tempfile.TemporaryDirectory(prefix="book-online-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "users").write_text('"postgres" ""\n')
        (folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={direct.query['host']}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {folder}/users\n"
            f"pool_mode = {mode}\ndefault_pool_size = {sessions}\nignore_startup_parameters = {ignores}\n"
        )
        # It refuses to run as root, and so does PostgreSQL.
        user = Path(str(direct.query["host"])).stat().st_uid if os.geteuid() == 0 else None
        process = subprocess.Popen(
            [program, "--quiet", folder / "pgbouncer.ini"], user=user, stderr=subprocess.DEVNULL
        )
        try:
            end = time.monotonic() + START_SECONDS
            while time.monotonic() < end:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            yield f"postgresql://postgres@127.0.0.1:{port}/{direct.database}"
        finally:
            process.terminate()
            process.wait()
