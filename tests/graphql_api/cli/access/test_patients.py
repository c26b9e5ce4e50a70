"""`book-online patients`: a person's data found, exported and erased, with rows in the audit trail."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from fhir.resources.R4B.bundle import Bundle

from booking.storage.database import Database
from booking.storage.models.appointments import Appointment, AppointmentStatus
from tests.booking.audit.trails import stored_rows, verify
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.booking.patients.stored_contacts import all_contacts
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands

pytestmark = pytest.mark.processes

EMAIL, OTHER = "zebra@example.com", "other@example.com"
LONG_AGO = datetime(2020, 3, 2, 15, tzinfo=UTC)
"""A Monday before these commands run, and of any day on which they do."""


async def visit(database: Database, at: datetime = LONG_AGO, email: str = EMAIL) -> SampleBooking:
    return await make_booking(database, at, email=email, name="Zebra Patient", now=at - timedelta(days=1))


async def audited(commands: ClinicCommands, patient: str) -> list[str]:
    """The actions of the rows that `audit for` shows, the first one first, without the look itself."""
    return [line.split("\t")[1] for line in await commands.lines("audit", "for", patient)]


async def test_find_shows_each_booking_and_leaves_a_row(commands: ClinicCommands, database: Database) -> None:
    booked, _ = await visit(database), await visit(database, LONG_AGO + timedelta(days=1), OTHER)
    [row] = booked.appointments
    for criteria in (
        ("--email", " ZEBRA@example.com"),
        ("--reference", row.reference.lower()),
        ("--patient", str(row.patient)),
    ):
        [line] = await commands.lines("patients", "find", *criteria)
        assert line.split("\t") == [
            str(row.patient),
            "Zebra Patient",
            EMAIL,
            "+14165550123",
            f"{row.reference} 2020-03-02 booked",
        ]
    assert len(await commands.lines("patients", "find", "--phone", "(416) 555-0123")) == 2
    assert await audited(commands, EMAIL) == ["read"] * 4
    assert (await verify(database)).fault is None


@pytest.mark.parametrize(
    ("criteria", "sentence"),
    [
        (("--email", "nobody@example.com"), "No booking is stored"),
        (("--email", "zebra"), "no e-mail address"),
        (("--phone", "12"), "no phone number"),
        (("--reference", "XXXX-XXXX"), "No booking is stored"),
    ],
)
async def test_who_is_not_found_is_said_in_a_sentence_and_leaves_no_row(
    commands: ClinicCommands, database: Database, criteria: tuple[str, str], sentence: str
) -> None:
    await visit(database)
    for verb in (("find",), ("export", "--fhir"), ("erase", "--yes")):
        assert sentence in await commands.sentence("patients", *verb, *criteria)
    assert await stored_rows(database) == []
    assert len(await all_contacts(database)) == 1


async def test_export_prints_json_or_fhir_and_leaves_a_row(
    commands: ClinicCommands, database: Database
) -> None:
    await visit(database)
    document = json.loads("\n".join(await commands.lines("patients", "export", "--email", EMAIL)))
    assert [patient["email"] for patient in document["patients"]] == [EMAIL]
    fhir = "\n".join(await commands.lines("patients", "export", "--email", EMAIL, "--fhir"))
    bundle = Bundle.model_validate_json(fhir)
    kinds = [entry.resource.get_resource_type() for entry in bundle.entry or () if entry.resource]
    assert kinds == ["Patient", "Appointment", "AuditEvent", "AuditEvent"]
    assert await audited(commands, EMAIL) == ["export", "export"]


async def test_erase_asks_first_and_then_leaves_nothing_but_a_receipt_and_a_row(
    commands: ClinicCommands, database: Database
) -> None:
    [row] = (await visit(database)).appointments
    await visit(database, LONG_AGO + timedelta(days=1), OTHER)
    asked = await commands.run("patients", "erase", "--email", EMAIL)
    assert (asked.returncode, EMAIL in asked.stdout) == (1, True)
    assert "Say --yes" in asked.stderr
    assert len(await all_contacts(database)) == 2

    receipt = "\n".join(await commands.lines("patients", "erase", "--email", EMAIL, "--yes"))
    assert f"patient {row.patient}" in receipt
    assert f"without a name: {row.reference}" in receipt
    assert "ebra" not in receipt
    assert "No booking is stored" in await commands.sentence("patients", "find", "--email", EMAIL)
    assert (await commands.lines("data-keys", "status"))[-1].startswith("1 data keys are destroyed")
    assert [contact.email for contact in await all_contacts(database)] == [OTHER]
    assert await audited(commands, str(row.patient)) == ["read", "erase"]
    assert (await verify(database)).fault is None


async def test_erase_refuses_while_a_visit_lies_ahead_unless_it_cancels(
    commands: ClinicCommands, database: Database
) -> None:
    monday_after_any_run = datetime(2099, 3, 2, 15, tzinfo=UTC)
    [row] = (await visit(database, monday_after_any_run)).appointments
    told = await commands.sentence("patients", "erase", "--email", EMAIL, "--yes")
    assert row.reference in told
    assert "Nothing was erased. --cancel cancels them first." in told
    assert len(await all_contacts(database)) == 1
    assert await stored_rows(database) == []

    await commands.lines("patients", "erase", "--email", EMAIL, "--yes", "--cancel")
    async with database.read() as session:
        assert (await session.get_one(Appointment, row.id)).status is AppointmentStatus.CANCELLED
    assert await audited(commands, str(row.patient)) == ["erase", "update"]
