"""Somebody on the phone is put on the waiting list, over HTTP: questions, consent, and what is refused."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from booking.domain.role import Role
from booking.patients.contacts import contacts_by_id
from booking.storage.models.consents import Consent
from tests.booking.waiting_list.waiting_clinic import NINE
from tests.desk.desk_server import Desk
from tests.desk.patients.waiting_desk import (
    CALLER,
    CLINIC,
    PAGE,
    SCREENED,
    add,
    clinic_of,
    entries,
    post,
    waiting_desk,
    words,
)
from tests.support.clinics import asking_for_consent

NO = {"answer-fear": "no", "answer-pacemaker": "no"}


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    async with waiting_desk(sqlite_url) as running:
        yield running


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": ""}, "Without an email address nothing could be offered."),
        ({"email": "caller"}, "Please check the email address."),
        ({"name": ""}, "Please choose a patient, or give a name."),
        ({"until": "2026-11-22"}, "Please choose a day that can be booked."),
        ({"until": "2028-11-22"}, "Please choose a day that can be booked."),
        ({"with": "nobody"}, "Please choose somebody who offers this service"),
        ({"service": "nothing"}, "Nobody can wait for this service."),
    ],
)
async def test_what_cannot_be_waited_for_is_said_and_nothing_typed_is_lost(
    desk: Desk, fields: dict[str, str], sentence: str
) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    sent = CALLER | {"weekday": "3"} | fields
    for answer in (
        await post(reception, f"{PAGE}/questions", **sent),
        await post(reception, **(sent | {"answers": "no-to-all"})),
    ):
        if answer.status_code == 200 and sent["email"] == "caller":
            continue  # It is looked at with the rest of the details.
        assert (answer.status_code, sentence in words(answer)) == (422, True), words(answer)
        assert f'value="{sent["phone"]}"' in answer.text
        assert 'value="3" checked' in answer.text
    assert await entries(desk) == []


async def test_the_questions_are_read_aloud_and_an_answer_may_ask_for_a_talk_first(
    sqlite_url: str,
) -> None:
    async with waiting_desk(sqlite_url, SCREENED) as desk:
        reception = await desk.signed_in(Role.RECEPTION)
        asked = await post(reception, f"{PAGE}/questions", **CALLER)
        assert "Do you have a pacemaker?" in words(asked)
        answer = await add(reception, **(NO | {"answer-pacemaker": "yes"}))
        assert answer.status_code == 409
        assert "a talk with a practitioner first" in words(answer)
        answer = await add(reception, **{"answer-fear": "no"})
        assert "Please answer each question." in words(answer)
        assert await entries(desk) == []
        assert (await add(reception, answers="no-to-all")).status_code == 303
        assert len(await entries(desk)) == 1


async def test_consent_is_asked_for_as_in_booking_by_phone(sqlite_url: str) -> None:
    async with waiting_desk(sqlite_url, asking_for_consent(CLINIC)) as desk:
        reception = await desk.signed_in(Role.RECEPTION)
        asked = await post(reception, f"{PAGE}/questions", **CALLER)
        assert "We use your details to plan your visits." in words(asked)
        refused = await add(reception)
        assert (refused.status_code, await entries(desk)) == (409, [])
        assert "Please read the clinic’s text to the patient" in words(refused)
        assert (await add(reception, consents="1")).status_code == 303
        [entry] = await entries(desk)
        async with desk.database.read() as session:
            [consent] = (await session.scalars(select(Consent))).all()
        assert (consent.patient, consent.by_phone) == (entry.patient, True)


async def test_a_button_that_is_pressed_twice_adds_one_entry(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    key = "6f1f1f0e-5e0b-4d3e-9a59-0a6c5f2f7e11"
    answers = [await add(reception, key=key) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {
        f"{PAGE}#entry-{(await entries(desk))[0].id}"
    }
    assert len(await entries(desk)) == 1


async def test_a_regular_is_found_and_their_details_stand(desk: Desk) -> None:
    clinic, reception = clinic_of(desk), await desk.signed_in(Role.RECEPTION)
    booking = (await clinic.book(NINE, name="Sample Regular"))[0]
    patient = booking.appointments[0].patient
    found = await reception.get(f"{PAGE}/add?q=sample+reg")
    assert f"patient={patient}" in found.text
    chosen = await reception.get(f"{PAGE}/add?patient={patient}")
    assert 'name="name"' not in chosen.text
    fields = {"patient": str(patient), "service": "visit", "until": "2026-12-04"}
    assert (await post(reception, **fields)).status_code == 303
    [entry] = await entries(desk)
    async with desk.database.read() as session:
        contact = (await contacts_by_id(session, [entry.patient]))[entry.patient]
    assert contact.name == "Sample Regular"
