"""A time is sold once, and what was acknowledged is never lost: several server processes on one database.

`make stress` plays the same scenarios at their full size.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.booking.notifications.mailbox import Mailbox, mailbox
from tests.stress.deployment import Deployment, running_deployment
from tests.stress.invariants import check_invariants, read_state
from tests.stress.scenarios import mails
from tests.stress.scenarios.attacks import many_idle_connections, one_address_against_all
from tests.stress.scenarios.changes import everything_at_once
from tests.stress.scenarios.courses import courses
from tests.stress.scenarios.doors import doors, measure_doors
from tests.stress.scenarios.holds import any_practitioner, last_rooms, one_time, unequal
from tests.stress.scenarios.kills import kill
from tests.stress.scenarios.offers import offers
from tests.stress.scenarios.reminders import reminders
from tests.stress.scenarios.waiting_list import waiting_list
from tests.support.databases import Postgres, sqlite_copy

pytestmark = pytest.mark.processes

PROCESSES = 3
SEED = 1
ANY = float("inf")
"""How long something takes is for `make stress` to say: this machine may be busy."""


@pytest.fixture(scope="module")
def lasting_sqlite_url(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return sqlite_copy(migrated_sqlite, tmp_path_factory.mktemp("stress"))


@pytest.fixture(scope="module")
def lasting_postgresql_url(postgres: Postgres) -> Iterator[str]:
    with postgres.copy() as url:
        yield url


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def lasting_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database for all tests of this module."""
    url: str = request.getfixturevalue(f"lasting_{request.param}_url")
    return url


@pytest.fixture(scope="module")
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as opened:
        yield opened


@pytest.fixture(scope="module")
async def deployment(
    lasting_url: str, box: Mailbox, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Deployment]:
    """Servers that all these tests share: each scenario has practitioners of its own."""
    folder = tmp_path_factory.mktemp("servers")
    environment = mails.environment(box)
    async with running_deployment(
        lasting_url, folder, processes=PROCESSES, environment=environment
    ) as opened:
        yield opened


async def test_one_time_is_sold_once(deployment: Deployment) -> None:
    outcome = await one_time(deployment, attempts=60)
    assert outcome.wrong == []
    assert (outcome.successes, outcome.refusals) == (2, 59)  # one holds it, and books it


async def test_a_time_of_the_waiting_list_has_one_winner(deployment: Deployment) -> None:
    outcome = await waiting_list(deployment, attempts=60)
    assert outcome.wrong == []


async def test_visits_of_unequal_lengths_never_overlap_and_leave_no_room(deployment: Deployment) -> None:
    outcome = await unequal(deployment, attempts=60, clients=10, seed=SEED)
    assert outcome.wrong == []


async def test_each_free_practitioner_is_given_once_and_loads_stay_even(deployment: Deployment) -> None:
    outcome = await any_practitioner(deployment, attempts=60, days=1)
    assert outcome.wrong == []


async def test_the_last_rooms_are_sold_once(deployment: Deployment) -> None:
    outcome = await last_rooms(deployment, attempts=60)
    assert outcome.wrong == []


async def test_each_appointment_is_as_its_last_answer_said(deployment: Deployment) -> None:
    outcome = await everything_at_once(deployment, clients=8, steps=15, seed=SEED)
    assert outcome.wrong == []


async def test_a_course_is_booked_whole_or_not_at_all(deployment: Deployment) -> None:
    outcome = await courses(deployment, clients=6, rounds=6, seed=SEED)
    assert outcome.wrong == []


async def test_a_killed_server_loses_no_booking_nor_its_mail_and_doubles_none(
    deployment: Deployment, box: Mailbox
) -> None:
    mailed = mails.every_booking_is_mailed(box, until_sent=False)
    outcome = await kill(deployment, kills=3, clients=6, seed=SEED, final_check=mailed)
    assert outcome.wrong == []
    assert box.messages


async def test_a_reminder_is_sent_once_of_a_visit_as_it_is_though_servers_are_killed(
    deployment: Deployment, box: Mailbox
) -> None:
    outcome = await reminders(deployment, box, kills=1, clients=3, seed=SEED, until_sent=False)
    assert outcome.wrong == []


async def test_an_opened_time_is_offered_in_order_and_sold_once_though_servers_are_killed(
    deployment: Deployment, box: Mailbox
) -> None:
    outcome = await offers(deployment, box, kills=1, clients=2, seed=SEED, until_sent=False)
    assert outcome.wrong == []


async def test_a_visitor_is_served_while_another_address_attacks(deployment: Deployment) -> None:
    outcome = await one_address_against_all(deployment, scale=0.3, most_slowdown=ANY)
    assert outcome.wrong == []


async def test_idle_connections_keep_no_visitor_out(deployment: Deployment) -> None:
    outcome = await many_idle_connections(deployment, most_seconds=ANY)
    assert outcome.wrong == []


async def test_every_public_door_of_a_large_clinic_is_answered_beside_others() -> None:
    """By a server of its own, on SQLite; more rounds would serve only the measurement of delays."""
    delays = await measure_doors(scale=0.1, rounds=1)
    assert [delay.door for delay in delays] == [door.name for door in doors(datetime.now(UTC).date())]


async def test_after_each_scenario_no_invariant_is_violated(deployment: Deployment) -> None:
    for server in deployment.servers:
        await server.stop()
    state = await read_state(deployment.url)
    assert check_invariants(state).all == []
