"""The waiting list at the desk, over HTTP: who is asked next, added by phone, taken off, seen by whom."""

from collections.abc import AsyncIterator

import pytest

from booking.domain.role import Role
from booking.storage.models.audit import AuditAction
from booking.storage.models.waiting_list import WaitingListStatus
from tests.booking.audit.trails import stored_rows
from tests.booking.waiting_list.waiting_clinic import DAY, HOUR, MINUTE, NINE
from tests.desk.desk_server import Desk
from tests.desk.patients.waiting_desk import (
    CALLER,
    CLINIC,
    PAGE,
    add,
    clinic_of,
    entries,
    page,
    post,
    waiting_desk,
    words,
)
from tests.support.clinics import NOW, edit_file, open_clinic


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with waiting_desk(database_url) as running:
        yield running


async def test_somebody_on_the_phone_is_put_on_the_list_and_taken_off(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    assert "Nobody waits." in await page(reception)

    asked = await post(reception, f"{PAGE}/questions", **CALLER, weekday=[0, 1], part="time.morning")
    assert asked.status_code == 200
    assert "Visit" in words(asked)
    answer = await add(reception, weekday=[0, 1], part="time.morning", **{"with": "two"})
    assert answer.status_code == 303, words(answer)
    [entry] = await entries(desk)
    assert answer.headers["location"] == f"{PAGE}#entry-{entry.id}"
    text = await page(reception)
    for piece in (
        "caller@example.com",
        "Visit With Sample Practitioner two",
        "Mon, Tue: Morning",
        "Monday, November 23 to Friday, December 4",
        "Waits since Monday, November 23",
        "1 Number 1: Sample Caller Asked next",
    ):
        assert piece in text, text

    for _ in range(2):
        assert (await post(reception, f"{PAGE}/{entry.id}/end", yes="1")).status_code == 303
    assert [each.status for each in await entries(desk)] == [WaitingListStatus.CANCELLED]
    assert "Nobody waits." in await page(reception)
    rows = await stored_rows(desk.database)
    assert [(row["action"], row["detail"]) for row in rows if row["patient"] == entry.patient] == [
        (AuditAction.CREATE, "waiting list joined"),
        (AuditAction.READ, "waiting list"),
        (AuditAction.UPDATE, "waiting list left"),
    ]


async def test_the_order_is_the_one_in_which_they_are_asked(desk: Desk) -> None:
    clinic, reception = clinic_of(desk), await desk.signed_in(Role.RECEPTION)
    booked = await clinic.fill_day() + await clinic.book(NINE, NINE + 30 * MINUTE, who="two")
    for name in ("first", "second", "third"):
        await clinic.join(name)
        clinic.now += MINUTE
    assert order(await page(reception), "Sample first", "Sample second", "Sample third")

    await clinic.cancel(booked[0])
    await clinic.fill()
    desk.clock.now = clinic.now
    text = await page(reception)
    assert "Held until 12:33 p.m.: Tuesday, November 24, 9:00 a.m., with Sample Practitioner one" in text
    assert order(text, "Sample first A time is held", "1 Number 1: Sample second Asked next")

    [offer] = await clinic.offers()
    clinic.now = desk.clock.now = offer.expires_at
    await clinic.fill()
    text = await page(reception)
    assert order(text, "Sample second A time is held", "Number 1: Sample third", "Number 2: Sample first")
    assert "Tuesday, November 24, 9:00 a.m.: no answer in time" in text
    assert "offered 1 time within 7 days" in text


async def test_reception_sees_that_time_has_opened_and_when_it_is_offered(desk: Desk) -> None:
    clinic, reception = clinic_of(desk), await desk.signed_in(Role.RECEPTION)
    [first, *_] = await clinic.fill_day()
    await clinic.join("a")
    await clinic.fill()
    assert "Open times of" not in await page(reception)
    clinic.now = desk.clock.now = desk.clock.now + 10 * HOUR
    reception = await desk.signed_in(Role.RECEPTION, name="Sample Reception 2")
    await clinic.cancel(first)
    text = await page(reception)
    assert "Open times of Sample Practitioner one wait for the morning" in text
    assert "is asked at 8:00 a.m., when the quiet hours end." in text


async def test_a_visit_waits_for_an_earlier_time_from_its_sheet(desk: Desk) -> None:
    clinic, reception = clinic_of(desk), await desk.signed_in(Role.RECEPTION)
    booking = (await clinic.book(NINE + 3 * DAY, name="Sample Later"))[0]
    visit = booking.appointments[0]
    sheet = await reception.get(f"/desk/visits/{visit.id}")
    assert f'href="{PAGE}/add?visit={visit.id}"' in sheet.text
    form = await reception.get(f"{PAGE}/add?visit={visit.id}")
    assert "Sample Later" in words(form)
    assert (await post(reception, visit=str(visit.id), until="2026-11-27", weekday="1")).status_code == 303

    [entry] = await entries(desk)
    assert entry.replaces == visit.id
    assert f'href="/desk/visits/{visit.id}"' in (await reception.get(PAGE)).text
    sheet = await reception.get(f"/desk/visits/{visit.id}")
    assert "Waits for an earlier time, since Monday, November 23." in words(sheet)
    assert "/add?visit=" not in sheet.text
    assert "Waiting list: 1" in words(await reception.get("/desk/day"))


async def test_a_patient_without_an_address_cannot_wait_and_the_sheet_says_why(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    nobody = CALLER | {"email": ""}
    slot = f"{int((NINE + DAY).timestamp())}@one"
    hold = await post(reception, "/desk/book/hold", **nobody, slot=slot)
    secret = hold.text.split('name="hold" value="')[1].split('"')[0]
    booked = await post(reception, "/desk/book", **nobody, hold=secret)
    visit = booked.headers["location"].split("#visit-")[1]
    sheet = await reception.get(f"/desk/visits/{visit}")
    assert "the patient needs an email address" in words(sheet)
    assert "/add?visit=" not in sheet.text
    refused = await post(reception, visit=visit, until="2026-11-25")
    assert (refused.status_code, "Without an email address" in words(refused)) == (422, True)


async def test_a_cancellation_says_who_would_be_asked(desk: Desk) -> None:
    clinic, reception = clinic_of(desk), await desk.signed_in(Role.RECEPTION)
    [booking] = await clinic.book(NINE)
    await clinic.join("a")
    sheet = await reception.get(f"/desk/visits/{booking.appointments[0].id}")
    assert "1 person waits for times of this practitioner." in words(sheet)
    assert f'href="{PAGE}?practitioner=one"' in sheet.text


async def test_the_list_is_filtered_by_service_and_practitioner(desk: Desk) -> None:
    clinic, reception = clinic_of(desk), await desk.signed_in(Role.RECEPTION)
    await clinic.join("any")
    clinic.now += MINUTE
    await clinic.join("two", practitioners=["two"])
    assert order(await page(reception, "?practitioner=two"), "Sample any", "Sample two")
    text = await page(reception, "?practitioner=one&service=visit")
    assert ("Sample any" in text, "Sample two" in text) == (True, False)


async def test_a_practitioner_sees_and_ends_own_entries_alone(desk: Desk) -> None:
    clinic = clinic_of(desk)
    await clinic.join("any")
    await clinic.join("one", practitioners=["one"])
    await clinic.join("two", practitioners=["two"])
    own = await desk.signed_in(Role.PRACTITIONER, "one")
    text = await page(own)
    assert [name for name in ("any", "one", "two") if f"Sample {name} " in text] == ["one"]
    assert "Waiting list: 1" in words(await own.get("/desk/day"))
    ended = {}
    for entry in await entries(desk):
        answer = await post(own, f"{PAGE}/{entry.id}/end", yes="1")
        ended[tuple(entry.practitioners)] = answer.status_code
    assert ended == {(): 404, ("one",): 303, ("two",): 404}

    assert (await add(own, **{"with": "two"})).status_code == 303
    waiting = [entry.practitioners for entry in await entries(desk) if entry.waits]
    assert sorted(waiting) == [[], ["one"], ["two"]]


async def test_hidden_names_are_not_in_the_page(desk: Desk) -> None:
    clinic, reception = clinic_of(desk), await desk.signed_in(Role.RECEPTION)
    await clinic.join("a")
    assert "Sample a" in await page(reception)
    await post(reception, "/desk/account/hide-names", hide="1", next=PAGE)
    text = (await reception.get(PAGE)).text
    assert "Name hidden" in text
    assert "Sample a" not in text
    assert "a@example.com" not in text


async def test_a_clinic_without_a_list_says_how_to_switch_it_on(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    await clinic_of(desk).join("a")
    await open_clinic(desk.database, edit_file({"[waiting_list]": ""}, CLINIC), now=NOW)
    text = await page(reception)
    assert "write [waiting_list] in clinic.toml" in text
    assert "Sample a" in text
    assert "Waits until the clinic has a waiting list again." in text
    assert "The clinic has no waiting list just now" in words(await add(reception))


async def test_the_page_reads_french(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    await add(reception)
    text = await page(reception, "?lang=fr")
    assert "1 personne attend" in text
    assert "Attend depuis le lundi 23 novembre" in text


def order(text: str, *pieces: str) -> bool:
    places = [text.find(piece) for piece in pieces]
    assert -1 not in places, (pieces, text)
    return places == sorted(places)
