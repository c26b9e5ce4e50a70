"""Expands calendar files in a process of its own, which is ended when it takes too long or too much memory.

The process gets the files and nothing else: no setting, no key, no connection.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from booking.calendars.busy.failure import RefreshFailed
from booking.calendars.busy.intervals import BusyIntervals
from booking.storage.models.desk.busy_calendars import BusyCode

SECONDS = 20.0
MAX_ANSWER = 4 * 1024 * 1024
WORKER = "booking.calendars.busy.expansion_process"


async def expand(
    texts: Sequence[str], *, zone: str, start: datetime, end: datetime, seconds: float = SECONDS
) -> BusyIntervals:
    """The busy time of the files; see `expand.busy_intervals`. `zone` is the clinic's.

    Raises:
        RefreshFailed: a text is no calendar, or they recur too often for the limits.
    """
    question = json.dumps(
        {"texts": list(texts), "zone": zone, "start": start.isoformat(), "end": end.isoformat()}
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        WORKER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # A traceback may repeat what is in the file.
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        async with asyncio.timeout(seconds):
            written, _ = await process.communicate(question.encode())
    except TimeoutError:
        raise RefreshFailed(BusyCode.TOO_MANY) from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return _answer(written)


def _answer(written: bytes) -> BusyIntervals:
    try:
        answer = json.loads(written[:MAX_ANSWER])
    except ValueError:  # It was ended by a limit of the system's.
        raise RefreshFailed(BusyCode.TOO_MANY) from None
    if "failure" in answer:
        raise RefreshFailed(BusyCode(answer["failure"]))
    intervals = [
        (datetime.fromisoformat(first), datetime.fromisoformat(last)) for first, last in answer["intervals"]
    ]
    return BusyIntervals(intervals, answer["unread"])
