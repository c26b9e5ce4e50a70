"""Notes for the desk: what they may hold, who may write them, and that nothing else ever shows them."""

import logging
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from booking.appointments.notes import MAX_NOTE, check_note, write_note
from booking.domain.errors import ChangedMeanwhile, InvalidInput, InvalidInputCode, NotFound
from booking.encryption.cipher import Ciphertext
from booking.patients.contacts import notes_by_appointment
from booking.storage.models.appointments import Appointment
from booking.storage.models.outbox import OutboxEvent
from booking.storage.transient_errors import Unreadable
from tests.booking.appointments.conftest import STAFF, TUESDAY
from tests.booking.audit.trails import stored_rows
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.support.clinics import NOW
from tests.support.sql_statements import sql_statements

NOTE = "Zebra comes with a walker"


async def write(
    booking: SampleBooking,
    text: str,
    *,
    version: int | None = None,
    visit: uuid.UUID | None = None,
    only_practitioner: str | None = None,
) -> Appointment:
    async with booking.database.write() as session:
        return await write_note(
            session,
            visit or booking.appointments[0].id,
            text,
            version=version,
            actor=STAFF,
            now=NOW,
            only_practitioner=only_practitioner,
        )


async def stored(booking: SampleBooking) -> tuple[Appointment, str | None]:
    async with booking.database.read() as session:
        row = await session.get_one(Appointment, booking.appointments[0].id)
        return row, (await notes_by_appointment(session, [row])).get(row.id)


async def test_a_note_is_written_replaced_and_removed(booking: SampleBooking) -> None:
    assert (await stored(booking))[1] is None
    for count, text in enumerate((NOTE, "Bring the file:\nsecond drawer"), start=1):
        assert (await write(booking, text, version=count - 1)).version == count
        row, note = await stored(booking)
        assert (row.version, note) == (count, text)
        assert text.encode() not in (row.desk_note or b"")
    await write(booking, " \u200b\n ", version=2)
    row, note = await stored(booking)
    assert (row.version, row.desk_note, note) == (3, None, None)
    details = [event["detail"] for event in await stored_rows(booking.database)]
    assert details == ["note written", "note written", "note removed"]


async def test_a_note_changes_nothing_that_a_patient_or_a_partner_sees(booking: SampleBooking) -> None:
    before, _ = await stored(booking)
    await write(booking, NOTE)
    row, _ = await stored(booking)
    assert (row.sequence, row.changed_at, row.status) == (before.sequence, before.changed_at, before.status)
    async with booking.database.read() as session:
        assert len((await session.scalars(select(OutboxEvent))).all()) == 1


async def test_the_same_note_again_changes_nothing(booking: SampleBooking) -> None:
    await write(booking, "")
    assert (await stored(booking))[0].version == 0
    await write(booking, NOTE, version=0)
    await write(booking, f"  {NOTE}\r\n", version=0)
    assert (await stored(booking))[0].version == 1


async def test_a_second_writer_is_told_and_the_first_note_stays(booking: SampleBooking) -> None:
    await write(booking, NOTE, version=0)
    with pytest.raises(ChangedMeanwhile) as refused:
        await write(booking, "Something else", version=0)
    assert (refused.value.version, (await stored(booking))[1]) == (1, NOTE)


async def test_a_practitioner_writes_only_on_own_visits(booking: SampleBooking) -> None:
    await write(booking, NOTE, only_practitioner="sample-practitioner-a")
    with pytest.raises(NotFound) as others:
        await write(booking, "", only_practitioner="sample-practitioner-b")
    with pytest.raises(NotFound) as unknown:
        await write(booking, "", visit=uuid.uuid4())
    assert others.value == unknown.value
    assert (await stored(booking))[1] == NOTE


async def test_a_note_of_the_greatest_length_fits_and_one_more_character_does_not(
    booking: SampleBooking,
) -> None:
    longest = "\N{GRINNING FACE}" * MAX_NOTE
    await write(booking, longest)
    assert (await stored(booking))[1] == longest
    for text in (longest + "x", "x" * 1_000_000):
        with pytest.raises(InvalidInput) as refused:
            await write(booking, text)
        assert (refused.value.code, refused.value.path) == (InvalidInputCode.TOO_LONG, ("text",))


@given(st.text())
def test_a_note_has_no_control_characters_and_is_the_same_when_saved_again(text: str) -> None:
    try:
        note = check_note(text)
    except InvalidInput:
        assert len(text) > MAX_NOTE
        return
    assert all(char.isprintable() or char == "\n" for char in note)
    assert check_note(note) == note
    assert check_note(note.replace("\n", "\r\n")) == note


async def test_many_notes_are_read_in_as_many_statements_as_one(booking: SampleBooking) -> None:
    other = await make_booking(booking.database, TUESDAY.replace(hour=14))
    for visit in (booking, other):
        await write(visit, NOTE)
    ids = [each.appointments[0].id for each in (booking, other)]
    counts = []
    for some in (ids[:1], ids):
        async with booking.database.read() as session:
            rows = [await session.get_one(Appointment, each) for each in some]
            with sql_statements() as statements:
                notes = await notes_by_appointment(session, rows)
            counts.append(len(statements))
            assert notes == dict.fromkeys(some, NOTE)
    assert counts[0] == counts[1]


async def test_an_altered_note_is_told_and_never_logged(
    booking: SampleBooking, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await write(booking, NOTE)
    row, _ = await stored(booking)
    async with booking.database.write() as session:
        again = await session.get_one(Appointment, row.id)
        again.desk_note = Ciphertext((row.desk_note or b"")[:-1])
    with pytest.raises(Unreadable):
        await stored(booking)
    assert f"appointments.desk_note of {row.id} can't be decrypted" in caplog.text
    assert "Zebra" not in caplog.text
