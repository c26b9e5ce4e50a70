"""The page of a full day at the front desk: how long the server takes to make it."""

import statistics
import time
from datetime import timedelta

from booking.domain.role import Role
from booking.storage.database import Database
from tests.bench.support.measure import Row
from tests.booking.appointments.blocked_clinic import NINE
from tests.booking.notifications.bookings import make_booking
from tests.desk.desk_server import running_desk
from tests.support.clinics import practitioner, small_clinic

MOST_MILLISECONDS = 30
PRACTITIONERS, VISITS, ROUNDS = 20, 16, 31
PAGE = "/desk/day?date=2026-11-24"


async def page(url: str, kind: str) -> Row:
    """In one process, through the whole application, not compressed."""
    people = "".join(practitioner(f"p{number}", "09:00-17:30") for number in range(PRACTITIONERS))
    async with running_desk(url, small_clinic(practitioners=people)) as desk:
        for number in range(PRACTITIONERS * VISITS - 1):
            await _book(desk.database, number)
        reception = await desk.signed_in(Role.RECEPTION)
        await reception.get(PAGE)  # The look at each patient is recorded once.
        await _book(desk.database, PRACTITIONERS * VISITS - 1)
        await reception.get(PAGE)
        times = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            answer = await reception.get(PAGE, headers={"Accept-Encoding": "identity"})
            times.append((time.perf_counter() - begun) * 1000)
            assert answer.text.count('class="entry visit"') == PRACTITIONERS * VISITS
    median = statistics.median(times)
    return Row(
        f"page of {PRACTITIONERS} x {VISITS} visits, {kind}",
        f"< {MOST_MILLISECONDS} ms",
        f"{median:.0f} ms",
        median < MOST_MILLISECONDS,
        f"{median:.0f} ms",
        f"{min(times):.0f} ms",
        f"median of {ROUNDS} requests in one process, beside the fastest",
    )


async def _book(database: Database, number: int) -> None:
    column, row = divmod(number, VISITS)
    await make_booking(
        database,
        NINE + row * timedelta(minutes=30),
        service="visit",
        practitioner=f"p{column}",
        name=f"Sample Patient {number}",
    )
