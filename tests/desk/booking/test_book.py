"""Staff book for a patient on the phone, through plain forms."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from booking.domain.role import Role
from booking.patients.contacts import contacts_by_id, notes_of_patients
from booking.storage.models.appointments import Appointment
from tests.booking.patients.stored_contacts import all_contacts
from tests.desk.desk_server import Desk
from tests.support.clinics import NOW
from tests.support.graphql_client import shows_phone

SERVICE = "dry-needling"
A = "sample-practitioner-a"
TEN = datetime(2026, 11, 23, 15, tzinfo=UTC)
"""10:00 in Toronto, on the day of the tests' clock."""
CALLER = {"name": "Sample Caller", "phone": "416 555 0188"}
SECRET = re.compile(r'name="hold" value="([^"]+)"')
SLOT = re.compile(r'name="slot" value="(\d+)@([a-z-]+)"')


def slot(at: datetime, practitioner: str = A) -> dict[str, str]:
    return {"service": SERVICE, "slot": f"{int(at.timestamp())}@{practitioner}"}


async def hold(browser: httpx.AsyncClient, **more: str) -> httpx.Response:
    return await browser.post("/desk/book/hold", data=slot(TEN) | CALLER | more)


async def book(browser: httpx.AsyncClient, held: httpx.Response, **more: str) -> httpx.Response:
    [secret, *_] = SECRET.findall(held.text)
    form = slot(TEN) | CALLER | {"hold": secret, "answers": "no-to-all", "notify": "1"} | more
    return await browser.post("/desk/book", data=form)


async def visits(desk: Desk) -> list[Appointment]:
    async with desk.database.read() as session:
        return list(await session.scalars(select(Appointment).order_by(Appointment.starts_at)))


async def test_a_caller_without_an_address_is_booked_inside_the_notice(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    soon = NOW + timedelta(minutes=30)

    held = await reception.post("/desk/book/hold", data=slot(soon) | CALLER)
    booked = await book(reception, held)

    [visit] = await visits(desk)
    assert booked.headers["location"] == f"/desk/day?date=2026-11-23&booked={visit.id}#visit-{visit.id}"
    assert (visit.starts_at, visit.practitioner, visit.source.value) == (soon, A, "desk")
    async with desk.database.read() as session:
        [contact] = (await contacts_by_id(session, [visit.patient])).values()
    assert (contact.name, contact.phone, contact.email) == ("Sample Caller", "+14165550188", "")
    day = await reception.get("/desk/day?date=2026-11-23")
    assert f'id="visit-{visit.id}"' in day.text


async def test_a_regular_is_found_and_booked_with_the_usual_service(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    await book(reception, await hold(reception))

    found = await reception.get("/desk/book", params={"q": "sam call"})
    [link] = re.findall(r'class="person" href="([^"]+)"', found.text)
    chosen = await reception.get(link.replace("&amp;", "&"))
    [patient] = set(re.findall(r'name="patient" value="([^"]+)"', chosen.text))
    later = slot(TEN + timedelta(hours=2)) | {"patient": patient}
    held = await reception.post("/desk/book/hold", data=later)
    await book(reception, held, patient=patient, name="", phone="")

    first, second = await visits(desk)
    assert "Sample Caller" in chosen.text
    assert (first.service, second.service) == (SERVICE, SERVICE)
    async with desk.database.read() as session:
        contacts = await contacts_by_id(session, [first.patient, second.patient])
    assert {contact.phone for contact in contacts.values()} == {"+14165550188"}


async def test_the_page_offers_times_and_says_who_is_left_out(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)

    page = await reception.get("/desk/book", params={"service": SERVICE})

    practitioners = {practitioner for _, practitioner in SLOT.findall(page.text)}
    assert practitioners
    [line] = re.findall(r"Left out, without a valid certificate for [^<]+", page.text)
    names = {f"sample-practitioner-{letter.lower()}" for letter in re.findall(r"Practitioner ([A-E])", line)}
    assert names
    assert not practitioners & names
    # What the page offers can be held.
    at, practitioner = SLOT.findall(page.text)[0]
    held = await reception.post(
        "/desk/book/hold", data=CALLER | {"service": SERVICE, "slot": f"{at}@{practitioner}"}
    )
    assert held.status_code == 200


async def test_a_practitioner_without_a_certificate_can_t_be_forced(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    page = await reception.get("/desk/book", params={"service": SERVICE})
    [line] = re.findall(r"Left out, without a valid certificate for [^<]+", page.text)
    letter = re.findall(r"Practitioner ([A-E])", line)[0].lower()

    for more in ({}, {"squeeze": "1"}):
        form = slot(TEN, f"sample-practitioner-{letter}") | CALLER | more
        refused = await reception.post("/desk/book/hold", data=form)
        assert (refused.status_code, 'role="alert"' in refused.text) == (409, True)

    assert await visits(desk) == []


async def test_a_taken_time_is_refused_and_squeezed_in_only_when_asked(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    await book(reception, await hold(reception))

    refused = await hold(reception, name="Sample Caller 2")
    squeezed = await hold(
        reception,
        **{"slot": "", "squeeze": "1", "squeeze-practitioner": A, "squeeze-at": "2026-11-23T10:00"},
    )
    booked = await book(reception, squeezed)

    assert (refused.status_code, "Sample Caller 2" in refused.text) == (409, True)
    assert booked.status_code == 303
    assert sorted(bool(visit.squeeze_in) for visit in await visits(desk)) == [False, True]


async def test_a_yes_that_blocks_books_nothing_and_is_stored_nowhere(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    held = await hold(reception)
    questions = set(re.findall(r'name="(answer-[a-z-]+)"', held.text))
    assert questions

    refused = await book(reception, held, answers="", **dict.fromkeys(questions, "yes"))

    assert (refused.status_code, await visits(desk)) == (409, [])
    assert "ask for a talk with a practitioner first" in refused.text
    assert SECRET.findall(refused.text) == SECRET.findall(held.text)


async def test_who_calls_for_the_patient_and_a_note_are_kept(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    held = await hold(reception)
    words = {"contact-name": "Sample Parent", "note": "Left knee"}

    refused = await book(reception, held, answers="", **words)
    assert 'value="Sample Parent"' in refused.text
    assert "Left knee</textarea>" in refused.text
    assert (await book(reception, held, **words)).status_code == 303

    [contact] = await all_contacts(desk.database)
    assert contact.contact_name == "Sample Parent"
    async with desk.database.read() as session:
        assert await notes_of_patients(session, [contact.id]) == {contact.id: "Left knee"}


async def test_questions_without_an_answer_are_asked_again(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)

    refused = await book(reception, await hold(reception), answers="")

    assert (refused.status_code, "Please answer each question." in refused.text) == (409, True)
    assert await visits(desk) == []


async def test_a_hold_that_expired_leads_back_to_the_times(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    held = await hold(reception)
    desk.clock.now += timedelta(minutes=29)

    refused = await book(reception, held)

    assert (refused.status_code, await visits(desk)) == (409, [])
    assert "Sample Caller" in refused.text
    assert SLOT.findall(refused.text)


async def test_a_second_press_books_once(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    held = await hold(reception)

    first, second = await book(reception, held), await book(reception, held)

    assert first.headers["location"] == second.headers["location"]
    assert len(await visits(desk)) == 1


async def test_a_time_that_was_let_go_is_free_for_others(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    [secret, *_] = SECRET.findall((await hold(reception)).text)

    await reception.post("/desk/book/release", data={"hold": secret})

    assert (await hold(reception)).status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"service": "unknown", "slot": "1@x", "name": "Sample", "phone": "416 555 0100"},
        slot(TEN) | {"name": "Sample Caller"},
        slot(TEN) | {"patient": "no id"},
        {**CALLER, "service": SERVICE, "slot": "99999999999999999999@x"},
        {**CALLER, "service": SERVICE, "slot": "words@" + A},
        slot(TEN - timedelta(days=3)) | CALLER,
        slot(TEN + timedelta(days=4000)) | CALLER,
        {
            **CALLER,
            "service": SERVICE,
            "squeeze": "1",
            "squeeze-practitioner": A,
            "squeeze-at": "2026-13-01T10:00",
        },
    ],
    ids=str,
)
async def test_what_can_t_be_held_is_explained(desk: Desk, form: dict[str, str]) -> None:
    reception = await desk.signed_in(Role.RECEPTION)

    refused = await reception.post("/desk/book/hold", data={"from": "page"} | form)

    assert refused.status_code in (404, 409)
    assert 'role="alert"' in refused.text


async def test_a_practitioner_books_for_own_time_alone(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    await book(reception, await hold(reception))
    [visit] = await visits(desk)
    b = await desk.signed_in(Role.PRACTITIONER, "sample-practitioner-b")

    held = await b.post("/desk/book/hold", data=slot(TEN + timedelta(hours=2)) | CALLER)
    foreign = await b.get("/desk/book", params={"patient": str(visit.patient), "q": "416 555 0188"})

    # Whatever the form says, the time is the practitioner's own.
    assert "· Sample Practitioner B" in held.text
    assert "Sample Practitioner A" not in held.text
    assert "Sample Caller" not in foreign.text


async def test_hidden_names_stay_hidden_and_french_is_whole(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    await book(reception, await hold(reception))
    await reception.post("/desk/account/hide-names", data={"hide": "1"})

    page = await reception.get("/desk/book", params={"q": "sample call", "lang": "fr"})

    assert "Réserver au téléphone" in page.text
    assert "Patients trouvés" in page.text
    assert ">Sample Caller<" not in page.text
    assert not shows_phone(page.text, "5550188")


async def test_undo_takes_back_what_was_done_last(desk: Desk) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    await book(browser, await hold(browser))
    [booked] = await visits(desk)
    desk.clock.now += timedelta(seconds=1)
    block = {"practitioner": booked.practitioner, "kind": "break", "day": "2026-12-01"}
    await browser.post("/desk/blocked-time", data=block | {"from": "12:00", "to": "13:00"})

    statuses = []
    for _ in range(2):
        undone = await browser.post("/desk/undo", data={"next": "/desk/day"})
        assert undone.status_code == 303
        statuses += [row.status for row in await visits(desk)]
    assert statuses == ["booked", "cancelled"]


async def test_another_day_or_service_loses_no_name_and_no_address_has_it(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)

    shown = await reception.post("/desk/book/times", data={"service": SERVICE, "show": "2026-11-24"} | CALLER)

    assert shown.status_code == 200
    assert 'value="Sample Caller"' in shown.text
    assert 'type="date" value="2026-11-24"' in shown.text
    assert not re.findall(r'(?:href|src)="[^"]*(?:Sample(?:%20|\+)Caller|555(?:%20|[+-])?0188)', shown.text)


async def test_a_time_that_is_let_go_keeps_the_caller_for_another(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    held = await hold(reception)
    form = re.search(r'<form method="post" action="/desk/book/release">(.*?)</form>', held.text)
    assert form
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[1]))

    again = await reception.post("/desk/book/release", data=fields)

    assert 'name="name" value="Sample Caller"' in again.text
    assert (await hold(reception)).status_code == 200
