"""A server that is down for a while: nothing is lost, and the last state is what is written."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from booking.storage.database import Database
from booking.storage.models.desk.busy_calendars import BusyCode
from tests.booking.appointments.blocked_clinic import CLINIC, ELEVEN, NINE, TEN, visit
from tests.booking.calendars.busy.caldav_servers import running_radicale
from tests.booking.calendars.visit_calendars.connected import Connected, account_at, connect, name_of
from tests.support.clinics import NOW, open_clinic
from tests.support.live_server import reserved_port

pytestmark = pytest.mark.processes
DAY = timedelta(days=1)


@pytest.fixture
def port() -> Iterator[int]:
    with reserved_port() as reserved:
        yield reserved


async def test_a_server_that_was_down_gets_the_last_state(
    tmp_path: Path, database: Database, port: int
) -> None:
    await open_clinic(database, CLINIC)
    async with running_radicale(tmp_path, port=port) as server:
        await server.make_calendar("work")
        one = Connected(database, account_at(server.url("work")))
        kept, cancelled = await visit(database, NINE), await visit(database, TEN)
        await connect(one)
        await one.write()
    late = await visit(database, ELEVEN)
    await kept.move(NINE + DAY, at=NOW)
    await cancelled.cancel(at=NOW)
    assert await one.write() == 0
    state = await one.state()
    assert (state.failure, state.failing_since) == (BusyCode.UNREACHABLE, NOW)
    assert await one.write(now=NOW + timedelta(seconds=59)) == 0

    async with running_radicale(tmp_path, port=port):
        assert await one.write(now=NOW + timedelta(minutes=1)) == 3
        assert await one.names() == {name_of(kept), name_of(late)}
        assert (await one.event(kept)).start == NINE + DAY
    assert (await one.state()).failure is None
