"""Workers: several processes that accept visitors on the same sockets, and the parent that keeps them.

A worker is a fork of a parent that has loaded the application and never runs it, so they share its memory.
"""

import logging
import os
import selectors
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

from graphql_api.settings.service_manager import ServiceManager

log = logging.getLogger("book_online")

RESTART_SECONDS = 1.0
"""A worker that ended is started again so long after the last start."""
POLL_SECONDS = 1.0
SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGCHLD")

Work = Callable[[int, Callable[[], None]], None]
"""Serve as the worker of this number, and call the function once visitors are accepted."""


class WorkersFailed(Exception):
    """No worker could begin, or one did not end in time; the log has the reason."""


@dataclass
class Workers:
    """`reload` runs in the parent at SIGHUP; `on_started` is called when all workers accept visitors."""

    count: int
    work: Work
    reload: Callable[[], None]
    on_started: Callable[[], None]
    service_manager: ServiceManager
    stop_seconds: float
    _numbers: dict[int, int] = field(default_factory=dict)
    """Of the workers by their process."""
    _started: set[int] = field(default_factory=set)
    _begun_at: float = 0
    _stop_at: float | None = None
    _is_interrupted: bool = False

    def run(self) -> None:
        """Return when all workers have ended after a signal.

        Raises:
            WorkersFailed: the first workers ended before they accepted visitors, or had to be killed.
        KeyboardInterrupt: the signal was Ctrl-C's.
        """
        heard, woken = os.pipe()
        said, saying = os.pipe()
        lifeline, self._held = os.pipe()
        self._child_descriptors = (heard, woken, said, self._held)
        self._saying, self._lifeline = saying, lifeline
        os.set_blocking(heard, False)
        os.set_blocking(woken, False)
        os.set_blocking(said, False)
        for name in SIGNALS:
            signal.signal(getattr(signal, name), _wake)
        signal.set_wakeup_fd(woken)
        with selectors.DefaultSelector() as selector:
            selector.register(heard, selectors.EVENT_READ)
            selector.register(said, selectors.EVENT_READ)
            self._fill()
            while self._numbers or self._stop_at is None:
                selector.select(POLL_SECONDS)
                self._note_started(_read(said))
                for number in _read(heard):
                    self._handle(signal.Signals(number))
                self._bury()
                if self.service_manager.watchdog_seconds:
                    self.service_manager.notify("WATCHDOG=1")
                if self._stop_at is None:
                    self._fill()
                elif time.monotonic() > self._stop_at:
                    self._kill()
        if self._is_interrupted:
            raise KeyboardInterrupt

    def _fill(self) -> None:
        """Start each worker that is missing."""
        missing = set(range(self.count)) - set(self._numbers.values())
        if not missing or time.monotonic() - self._begun_at < RESTART_SECONDS:
            return
        self._begun_at = time.monotonic()
        for number in sorted(missing):
            process = os.fork()
            if process == 0:
                self._work(number)
            self._numbers[process] = number

    def _work(self, number: int) -> NoReturn:
        """The life of a worker."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            for name in SIGNALS:
                signal.signal(getattr(signal, name), signal.SIG_DFL)
            os.setpgid(0, 0)  # A terminal's Ctrl-C is for the parent, who passes it on.
            for descriptor in self._child_descriptors:
                os.close(descriptor)
            threading.Thread(target=_end_with_parent, args=[self._lifeline], daemon=True).start()
            self.work(number, lambda: _say(self._saying, number))
            status = 0
        except KeyboardInterrupt:
            status = 130
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        except BaseException:
            log.exception("worker %d can't go on", number + 1)
        finally:
            logging.shutdown()
            sys.stdout.flush()
            os._exit(status)

    def _note_started(self, numbers: bytes) -> None:
        were_all = len(self._started) == self.count
        self._started |= set(numbers)
        if len(self._started) == self.count and not were_all:
            self.on_started()

    def _handle(self, received: signal.Signals) -> None:
        if received == getattr(signal, "SIGHUP", None):
            self.reload()
        elif received in (signal.SIGTERM, signal.SIGINT):
            self.service_manager.notify("STOPPING=1")
            # The workers keep to the time themselves.
            self._stop_at = self._stop_at or time.monotonic() + self.stop_seconds + 3
            self._is_interrupted |= received == signal.SIGINT
            self._pass_on(received)

    def _pass_on(self, number: signal.Signals) -> None:
        for process in self._numbers:
            os.kill(process, number)

    def _bury(self) -> None:
        for process, number in list(self._numbers.items()):
            ended, status = os.waitpid(process, os.WNOHANG)
            if not ended:
                continue
            del self._numbers[process]
            if self._stop_at is not None:
                continue
            if len(self._started) < self.count:
                self._kill()
            log.error(
                "worker %d (process %d) ended with status %d: it is started again",
                number + 1,
                process,
                os.waitstatus_to_exitcode(status),
            )

    def _kill(self) -> NoReturn:
        self._pass_on(signal.SIGKILL)
        raise WorkersFailed("the workers could not go on together: the log says why")


def _wake(_number: int, _frame: FrameType | None) -> None:
    """The signal's number is read from the pipe."""


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except BlockingIOError:
        return b""


def _say(descriptor: int, number: int) -> None:
    os.write(descriptor, bytes([number]))


def _end_with_parent(lifeline: int) -> None:
    """No worker outlives a parent that was killed."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)
