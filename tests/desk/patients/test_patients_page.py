"""Search at the desk: whom it shows to whom, and that looks are recorded."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from booking.domain.role import Role
from booking.storage.models.audit import AuditAction, AuditEvent
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.desk.desk_server import Desk
from tests.support.graphql_client import shows_phone

TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
OWN, OTHER = "sample-practitioner-a", "sample-practitioner-b"


async def book(desk: Desk, name: str, at: datetime = TUESDAY, **details: Any) -> SampleBooking:
    return await make_booking(desk.database, at, now=desk.clock.now, name=name, **details)


async def looks(desk: Desk) -> list[tuple[uuid.UUID | None, str]]:
    async with desk.database.read() as session:
        rows = await session.scalars(select(AuditEvent).where(AuditEvent.action == AuditAction.READ))
        return [(row.patient, row.detail) for row in rows]


async def test_a_person_is_found_with_the_visits_and_the_look_is_recorded_once(desk: Desk) -> None:
    booking = await book(desk, "Sample Patient 1")
    await book(
        desk, "Other Person", TUESDAY + timedelta(days=7), email="two@example.com", phone="416 555 0199"
    )
    reception = await desk.signed_in(Role.RECEPTION)

    for text in ("sam pat", "416 555 0123", "patient@example.com", booking.appointments[0].reference):
        page = await reception.get("/desk/patients", params={"q": text})
        assert page.status_code == 200
        assert "Sample Patient 1" in page.text
        assert "Other Person" not in page.text
        assert f'href="/desk/visits/{booking.appointments[0].id}"' in page.text
        assert "1 person found" in page.text

    assert await looks(desk) == [(booking.appointments[0].patient, "search")]


async def test_a_practitioner_finds_own_patients_alone(desk: Desk) -> None:
    booking = await book(desk, "Sample Patient 1")
    for practitioner, is_found in ((OWN, True), (OTHER, False)):
        browser = await desk.signed_in(Role.PRACTITIONER, practitioner)
        for text in ("sample", "416 555 0123", booking.appointments[0].reference):
            page = (await browser.get("/desk/patients", params={"q": text})).text
            assert ("Sample Patient 1" in page) is is_found
    assert len(await looks(desk)) == 1


async def test_hidden_names_are_not_in_the_list(desk: Desk) -> None:
    booking = await book(desk, "Sample Patient 1")
    browser = await desk.signed_in(Role.RECEPTION)
    await browser.post("/desk/account/hide-names", data={"hide": "1"})
    page = (await browser.get("/desk/patients", params={"q": "sample pat"})).text
    assert booking.appointments[0].reference in page
    for hidden in ("Sample Patient 1", "patient@example.com", "sample pat"):
        assert hidden not in page
    assert not shows_phone(page)


async def test_what_finds_nobody_says_so_and_what_is_no_search_is_refused(desk: Desk) -> None:
    await book(desk, "Sample Patient 1")
    browser = await desk.signed_in(Role.RECEPTION)
    for text in ("%", "\N{GRINNING FACE}", "s", "<script>alert(1)</script>", "nobody"):
        page = await browser.get("/desk/patients", params={"q": text})
        assert page.status_code == 200
        assert "Nobody was found." in page.text
        assert "<script>alert" not in page.text
    empty = await browser.get("/desk/patients")
    assert "Type a name" in empty.text
    assert "Nobody was found" not in empty.text
    long = await browser.get("/desk/patients", params={"q": "x" * 10_000})
    assert long.status_code == 400
    assert "200 characters" in long.text
    assert await looks(desk) == []


async def test_the_list_is_french_for_those_who_read_french(desk: Desk) -> None:
    await book(desk, "Sample Patient 1")
    browser = await desk.signed_in(Role.RECEPTION)
    page = (await browser.get("/desk/patients", params={"q": "sample", "lang": "fr"})).text
    for shown in ("1 personne trouvée", "Prochain", "Réservé"):
        assert shown in page
