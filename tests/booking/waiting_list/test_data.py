"""Data of patients who wait: exported, erased, and gone some time after they waited."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from booking.patients.contacts import contacts_by_id
from booking.patients.erase import erase_patients
from booking.patients.export import as_json, export_patients
from booking.patients.fhir import as_fhir
from booking.retention.kinds import Kind
from booking.retention.worker import count_expired, delete_expired
from booking.storage.models.appointments import Patient
from booking.storage.models.ticks import Tick
from booking.storage.models.waiting_list import OfferOutcome, WaitingListEntry, WaitingListStatus
from booking.waiting_list.wishes import AvailableTime
from tests.booking.audit.trails import SERVER
from tests.booking.waiting_list.waiting_clinic import DAY, NINE, TUESDAY, WaitingClinic

TICKS = select(func.count()).select_from(Tick)


async def test_what_a_person_waits_for_is_exported(clinic: WaitingClinic) -> None:
    joined = await clinic.join(available_times=[AvailableTime(1, 540, 720)])
    await clinic.fill()

    async with clinic.database.read() as session:
        contacts = list((await contacts_by_id(session, [joined.entry.patient])).values())
        export = await export_patients(session, contacts, now=clinic.now)
    [exported] = as_json(export)["patients"][0]["waitingList"]
    resources = [entry["resource"] for entry in as_fhir(export)["entry"]]
    [waiting] = [each for each in resources if each["id"] == str(joined.entry.id)]

    assert exported["status"] == waiting["status"] == "waitlist"
    assert exported["weeklyTimes"] == [{"weekday": 1, "begins": "09:00", "ends": "12:00"}]
    assert [each["outcome"] for each in exported["offered"]] == [None]
    assert waiting["requestedPeriod"] == [{"start": "2026-11-24", "end": "2026-11-24"}]


async def test_who_is_erased_waits_no_more_and_holds_nothing(clinic: WaitingClinic) -> None:
    joined = await clinic.join()
    await clinic.fill()
    async with clinic.database.read() as session:
        assert (await session.scalars(TICKS)).one() == 6

    async with clinic.database.write() as session:
        await erase_patients(session, [joined.entry.patient], now=clinic.now)

    state = await clinic.state(joined.token)
    assert state.entry.status is WaitingListStatus.CANCELLED
    assert [offer.outcome for offer in state.offers] == [OfferOutcome.WITHDRAWN]
    async with clinic.database.read() as session:
        assert (await session.scalars(TICKS)).one() == 0
    await clinic.fill(sweep=True)
    assert len(await clinic.offers()) == 1
    assert await clinic.deliver() == []


@pytest.mark.parametrize("has_visit", [True, False])
async def test_an_entry_goes_a_month_after_its_end_and_with_it_who_has_no_visit(
    clinic: WaitingClinic, has_visit: bool
) -> None:
    if has_visit:
        [later] = await clinic.book(NINE + 2 * DAY, email="later@example.com")
        joined = await clinic.join(manage_token=later.token, last_day=TUESDAY)
    else:
        joined = await clinic.join()
    await clinic.leave(joined)

    almost, now = clinic.now + timedelta(days=29), clinic.now + timedelta(days=31)
    async with clinic.database.read() as session:
        assert (await count_expired(session, now=almost))[Kind.WAITING_LIST_ENTRIES] == 0
        assert (await count_expired(session, now=now))[Kind.WAITING_LIST_ENTRIES] == 1
    deleted = await delete_expired(clinic.database, SERVER, now=now)

    assert deleted[Kind.WAITING_LIST_ENTRIES] == 1
    async with clinic.database.read() as session:
        assert (await session.scalars(select(WaitingListEntry))).all() == []
        patient = await session.get_one(Patient, joined.entry.patient)
    assert (patient.erased_at is None) == has_visit
