"""What can be waited for, and what is refused."""

from typing import Any

import pytest
from sqlalchemy import func, select

from booking.domain.errors import (
    BookingError,
    CallTheClinic,
    ConsentRequired,
    InvalidInput,
    NotFound,
    NoWaitingList,
    ScreeningIncomplete,
)
from booking.domain.screening import Answer
from booking.patients.contacts import contacts_by_id, topics_by_appointment
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.models.waiting_list import WaitingListEntry
from booking.storage.queries.outbox import remove_listener
from booking.waiting_list.wishes import AvailableTime
from tests.booking.waiting_list.waiting_clinic import (
    DAY,
    NINE,
    NOON,
    TUESDAY,
    WaitingClinic,
    waiting_clinic,
)
from tests.support.clinics import asking_for_consent, open_clinic

QUESTIONS = """
[[screening]]
slug = "fear"
text = "Are you afraid of needles?"
yes = "tell"
no = "cleared"
[[screening]]
slug = "pacemaker"
text = "Do you have a pacemaker?"
yes = "call"
no = "cleared"
"""
SCREENED = waiting_clinic(service='screening = ["fear", "pacemaker"]', screening_valid="30 days") + QUESTIONS


async def entries(clinic: WaitingClinic) -> int:
    async with clinic.database.read() as session:
        return (await session.scalars(select(func.count()).select_from(WaitingListEntry))).one()


async def test_a_patient_is_stored_encrypted_and_reached_by_the_entry(clinic: WaitingClinic) -> None:
    joined = await clinic.join("a")

    async with clinic.database.read() as session:
        contacts = await contacts_by_id(session, [joined.entry.patient])
    assert contacts[joined.entry.patient].email == "a@example.com"
    assert (await clinic.state(joined.token)).entry.waits


@pytest.mark.parametrize(
    ("wishes", "path"),
    [
        ({"last_day": None}, ("lastDay",)),
        ({"last_day": TUESDAY - 2 * DAY}, ("lastDay",)),
        ({"last_day": TUESDAY + 100 * DAY}, ("lastDay",)),
        ({"service": None}, ("serviceId",)),
        ({"available_times": [AvailableTime(0, 600, 600)]}, ("availableTimes", "0")),
        ({"available_times": [AvailableTime(0, 0, 60)] * 22}, ("availableTimes",)),
        ({"practitioners": ["one"] * 51}, ("practitionerIds",)),
        ({"email": "nobody"}, ("patient", "email")),
        ({"service": "nothing"}, ("serviceId",)),
        ({"practitioners": ["nobody"]}, ("practitionerId",)),
        ({"location": "nowhere"}, ("locationId",)),
    ],
)
async def test_a_wish_that_can_not_be_met_is_refused_and_nothing_is_stored(
    clinic: WaitingClinic, wishes: dict[str, Any], path: tuple[str, ...]
) -> None:
    with pytest.raises((BookingError, ExceptionGroup)) as refused:
        await clinic.join(**wishes)

    errors = refused.value.exceptions if isinstance(refused.value, ExceptionGroup) else [refused.value]
    assert [each.path for each in errors if isinstance(each, InvalidInput | NotFound)] == [path]
    assert await entries(clinic) == 0


async def test_without_the_table_or_a_mail_server_there_is_no_waiting_list(clinic: WaitingClinic) -> None:
    text = waiting_clinic()
    await open_clinic(clinic.database, text[: text.index("[waiting_list]")], now=NOON)
    with pytest.raises(NoWaitingList):
        await clinic.join()

    await open_clinic(clinic.database, text, now=NOON)
    await clinic.join()
    async with clinic.database.write() as session:
        await remove_listener(session, MAIL_LISTENER)
    with pytest.raises(NoWaitingList):
        await clinic.join()


async def test_a_course_is_waited_for_only_as_an_earlier_visit(clinic: WaitingClinic) -> None:
    await open_clinic(clinic.database, waiting_clinic(service="visits = 2"), now=NOON)

    with pytest.raises(InvalidInput, match="course"):
        await clinic.join()


async def test_consent_is_given_when_joining(clinic: WaitingClinic) -> None:
    text = asking_for_consent(waiting_clinic(), consent={"en": "We use your details."})
    await open_clinic(clinic.database, text, now=NOON)

    with pytest.raises(ConsentRequired):
        await clinic.join()
    assert await entries(clinic) == 0
    await clinic.join(consent_text="2026-11/en")
    assert await entries(clinic) == 1


async def test_screening_comes_before_the_wait_and_its_topics_reach_the_practitioner(
    clinic: WaitingClinic,
) -> None:
    await open_clinic(clinic.database, SCREENED, now=NOON)
    with pytest.raises(ScreeningIncomplete):
        await clinic.join()
    with pytest.raises(CallTheClinic):
        await clinic.join(answers={"fear": Answer.NO, "pacemaker": Answer.YES})
    assert await entries(clinic) == 0

    joined = await clinic.join(answers={"fear": Answer.YES, "pacemaker": Answer.NO})
    await clinic.fill()
    [offer] = await clinic.offers()
    visit = await clinic.accept(joined, offer.id)

    async with clinic.database.read() as session:
        assert await topics_by_appointment(session, [visit]) == {visit.id: ["fear"]}


async def test_screening_is_asked_again_where_the_time_is_long_after_the_answers(
    clinic: WaitingClinic,
) -> None:
    short = SCREENED.replace('screening_valid = "30 days"', 'screening_valid = "1 day"')
    await open_clinic(clinic.database, short, now=NOON)
    cleared = {"fear": Answer.NO, "pacemaker": Answer.NO}
    late = TUESDAY + DAY
    joined = await clinic.join(answers=cleared, first_day=late, last_day=late)
    await clinic.fill()
    [offer] = await clinic.offers()

    with pytest.raises(ScreeningIncomplete):
        await clinic.accept(joined, offer.id)
    with pytest.raises(CallTheClinic):
        await clinic.accept(joined, offer.id, answers=cleared | {"pacemaker": Answer.YES})
    visit = await clinic.accept(joined, offer.id, answers=cleared | {"fear": Answer.YES})

    assert visit.starts_at == NINE + DAY


async def test_a_repeat_with_its_key_joins_once(clinic: WaitingClinic) -> None:
    first = await clinic.join(idempotency_key="a-key-of-sixteen")
    second = await clinic.join(idempotency_key="a-key-of-sixteen")

    assert (second.entry.id, second.token) == (first.entry.id, first.token)
    assert await entries(clinic) == 1


async def test_who_waits_already_is_answered_as_anybody(clinic: WaitingClinic) -> None:
    for _ in range(5):
        assert (await clinic.join()).entry.waits
