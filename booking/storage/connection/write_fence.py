"""The write fence: triggers that refuse each change while a clinic is moved elsewhere, and after it.

Triggers refuse whoever writes, servers of an earlier version too. `booking/storage/copies/moving/fence.py`
makes them; here their errors are told from others.
"""

import logging
import time
from dataclasses import dataclass

from sqlalchemy.engine import ExceptionContext

from booking.domain.errors import ClinicMoved, ClinicMoving, TryAgain

log = logging.getLogger("book_online")

LOG_SECONDS = 60


@dataclass(frozen=True)
class Refusal:
    """What the triggers say: on PostgreSQL with an SQLSTATE of a class that is nobody else's."""

    text: str
    sqlstate: str


MOVING = Refusal("book-online: the clinic is being moved", "BO001")
MOVED = Refusal("book-online: the clinic was moved", "BO002")

_logged_at: dict[Refusal, float] = {}


def refusal_in(error: BaseException | None) -> Refusal | None:
    """Which of them the driver's error is; None for any other."""
    return next((each for each in (MOVING, MOVED) if each.text in str(error)), None)


def refuse_changes_of_moved_clinic(context: ExceptionContext) -> None:
    """
    Raises:
        ClinicMoving: the fence is up while the clinic is copied.
        ClinicMoved: the clinic is in another database.
    """
    refusal = refusal_in(context.original_exception)
    if refusal is None:
        return
    _log(refusal)
    raised: TryAgain = ClinicMoving() if refusal is MOVING else ClinicMoved()
    raise raised


def _log(refusal: Refusal) -> None:
    """Once a minute: many workers try each second."""
    now = time.monotonic()
    if now - _logged_at.get(refusal, -LOG_SECONDS) < LOG_SECONDS:
        return
    _logged_at[refusal] = now
    if refusal is MOVING:
        log.warning("the clinic is being moved to another database: changes are refused until that is done")
    else:
        log.error("the clinic was moved to another database: start this server with its DATABASE_URL")
