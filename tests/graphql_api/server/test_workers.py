"""The parent of workers: it replaces them, ends with them, and is not outlived by them."""

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graphql_api.cli.main import command_parser
from graphql_api.server.sockets import CannotListen, handed_over_sockets
from graphql_api.settings import InvalidSetting, Settings
from graphql_api.settings.service_manager import ServiceManager, service_manager_of

PATIENCE_SECONDS = 30
PARENT = """
import signal, sys
from graphql_api.server.workers import Workers
from graphql_api.settings.service_manager import ServiceManager

def work(number, started):
    if sys.argv[1] == "fails":
        raise ValueError("no database")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0) if sys.argv[1] == "ends" else None)
    started()
    while True:
        signal.pause()

def say(word):
    print(word, flush=True)

Workers(2, work, lambda: say("reloaded"), lambda: say("started"), ServiceManager(), 1).run()
"""


@contextmanager
def running_parent(kind: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PARENT, kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as parent:
        yield parent
        parent.kill()


def children(parent: subprocess.Popen[str]) -> list[int]:
    listed = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    return [int(child) for child in listed.read_text().split()]


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.processes
def test_a_worker_that_is_killed_is_replaced_and_all_end_with_the_parent() -> None:
    with running_parent("ends") as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "started\n"
        killed, other = children(parent)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: len(children(parent)) == 2 and killed not in children(parent))
        workers = children(parent)
        assert other in workers

        parent.send_signal(signal.SIGHUP)
        assert parent.stdout.readline() == "reloaded\n"

        parent.terminate()
        assert parent.wait(PATIENCE_SECONDS) == 0
    assert not any(map(is_running, workers))


@pytest.mark.processes
def test_workers_do_not_outlive_a_parent_that_is_killed() -> None:
    with running_parent("ends") as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "started\n"
        workers = children(parent)
        parent.kill()
        wait_until(lambda: not any(map(is_running, workers)))


@pytest.mark.processes
@pytest.mark.parametrize("kind", ["fails", "stays"])
def test_workers_that_cannot_begin_or_do_not_end_are_killed(kind: str) -> None:
    with running_parent(kind) as parent:
        assert parent.stdout
        if kind == "stays":
            assert parent.stdout.readline() == "started\n"
            parent.terminate()
        _, said = parent.communicate(timeout=PATIENCE_SECONDS)
    assert parent.returncode == 1
    assert "WorkersFailed: the workers could not go on together" in said


def test_workers_are_refused_where_one_process_is_right() -> None:
    arguments = command_parser().parse_args(["serve", "--workers=2"])
    with pytest.raises(InvalidSetting, match="serve --workers is for PostgreSQL"):
        arguments.run(arguments, Settings())
    reloading = Namespace(**{**vars(arguments), "reload": True})
    with pytest.raises(InvalidSetting, match="serve --reload restarts one process: leave out --workers"):
        reloading.run(reloading, Settings("postgresql://host/name"))


@pytest.mark.parametrize("text", ["0", "65", "-1", "two", "٢"])
def test_a_number_of_workers_that_is_none_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command_parser().parse_args(["serve", f"--workers={text}"])
    assert "is no number of workers: 1 to 64" in capsys.readouterr().err


def test_what_a_service_manager_hands_over_is_for_this_process_alone() -> None:
    own = {
        "LISTEN_PID": str(os.getpid()),
        "LISTEN_FDS": "2",
        "NOTIFY_SOCKET": "@book",
        "WATCHDOG_USEC": "9000000",
    }
    given = {"PATH": "/bin", **own, "LISTEN_FDNAMES": "web:web"}
    assert service_manager_of(given) == ServiceManager(range(3, 5), "@book", 9.0)
    assert given == {"PATH": "/bin"}
    another = {**own, "LISTEN_PID": "1", "WATCHDOG_PID": "1"}
    assert service_manager_of(another) == ServiceManager(range(3, 3), "@book")


def test_states_reach_the_service_manager(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        ServiceManager(address=str(tmp_path / "notify")).notify("READY=1")
        assert listening.recv(100) == b"READY=1"
    ServiceManager(address=str(tmp_path / "nobody")).notify("READY=1")


def test_what_is_handed_over_must_be_a_tcp_socket_that_listens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as right:
        [taken] = handed_over_sockets([os.dup(right.fileno())])
        with taken:
            assert taken.getsockname() == right.getsockname()
    with (
        socket.socket(socket.AF_UNIX) as local,
        socket.socket() as silent,
        (tmp_path / "file").open("w") as file,
    ):
        local.bind(str(tmp_path / "socket"))
        local.listen()
        for wrong in (local, silent, file):
            with pytest.raises(CannotListen, match="of LISTEN_FDS is no TCP socket that listens"):
                handed_over_sockets([os.dup(wrong.fileno())])
