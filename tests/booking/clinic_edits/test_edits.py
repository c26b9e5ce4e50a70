"""Edits of the catalogue: checked, asked about, seen by the next editor, recorded, taken back."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from booking.catalogue.changes.record import RecordedChange, recorded_change
from booking.catalogue.changes.sections import SectionEdit, SectionId, content_of, section_in
from booking.catalogue.clinic_file.export.content import Content
from booking.catalogue.clinic_file.export.stored_rows import present_rows
from booking.catalogue.clinic_file.parser import ClinicFileError
from booking.clinic_edits.edit import (
    ChangedMeanwhile,
    EditOutcome,
    Seen,
    edit_clinic,
)
from booking.clinic_edits.undo import ChangedAgain, undo_act
from booking.clinic_edits.withdraw import moved, withdrawal
from booking.domain.actor import Actor, ActorKind
from booking.storage.database import Database
from booking.storage.queries.audit import catalogue_changes_since, last_catalogue_change
from tests.support.clinics import NOW, open_clinic

OWNER = Actor(ActorKind.STAFF, "owner", "test")
SERVICE = SectionId("services", "physiotherapy-assessment")


async def content(database: Database) -> Content:
    async with database.read() as session:
        return content_of(await present_rows(session))


async def edit(
    database: Database,
    make: Callable[[Content], Sequence[SectionEdit]],
    *,
    seen: Seen | None = None,
) -> EditOutcome:
    async with database.write() as session:
        return await edit_clinic(session, make, seen=seen, actor=OWNER, now=NOW)


def setting(section: SectionId, **values: Any) -> Callable[[Content], list[SectionEdit]]:
    """An edit that gives these keys of a section other values."""

    def make(present: Content) -> list[SectionEdit]:
        return [SectionEdit(section, (section_in(present, section) or {}) | values)]

    return make


async def history(database: Database) -> list[RecordedChange]:
    async with database.read() as session:
        return [recorded_change(row) for row in await catalogue_changes_since(session, 0)]


async def undo(database: Database, act: uuid.UUID) -> EditOutcome:
    async with database.write() as session:
        return await undo_act(session, act, actor=OWNER, now=NOW)


async def test_an_edit_is_recorded_and_taken_back(database: Database) -> None:
    await open_clinic(database)
    former = await content(database)

    await edit(database, setting(SERVICE, price="125.00", duration="45 min"))
    [change] = await history(database)
    assert (section_in(await content(database), SERVICE) or {})["price"] == "125.00"
    assert (change.change.section, change.actor_id, change.changed_at) == (SERVICE, "owner", NOW)
    assert change.change.before == section_in(former, SERVICE)

    await undo(database, change.act)
    assert await content(database) == former
    assert [each.undoes for each in await history(database)] == [None, change.act]


async def test_an_edit_that_changes_nothing_leaves_no_trace(database: Database) -> None:
    await open_clinic(database)

    outcome = await edit(database, setting(SERVICE))

    assert outcome.act is None
    assert await history(database) == []


async def test_a_mistake_has_its_place_and_changes_nothing(database: Database) -> None:
    await open_clinic(database)
    former = await content(database)

    with pytest.raises(ClinicFileError) as refused:
        await edit(database, setting(SERVICE, duration="soon", price="1"))

    place = [each["slug"] for each in former["services"]].index(SERVICE.slug)
    assert [each.keys for each in refused.value.mistakes] == [
        ("services", place, "duration"),
        ("services", place, "price"),
    ]
    assert await content(database) == former


async def test_taking_back_keeps_what_was_changed_beside_it(database: Database) -> None:
    await open_clinic(database)
    await edit(database, setting(SERVICE, price="125.00"))
    await edit(database, setting(SERVICE, duration="45 min"))
    price, _ = await history(database)

    await undo(database, price.act)

    service = section_in(await content(database), SERVICE) or {}
    assert (service["price"], service["duration"]) == ("120.00", "45 min")


async def test_what_was_changed_again_is_not_taken_back(database: Database) -> None:
    await open_clinic(database)
    await edit(database, setting(SERVICE, price="125.00"))
    await edit(database, setting(SERVICE, price="130.00"))
    first, _ = await history(database)

    with pytest.raises(ChangedAgain) as refused:
        await undo(database, first.act)

    assert refused.value.keys == {SERVICE: ["price"]}


async def test_the_second_editor_is_told_what_the_first_one_changed(database: Database) -> None:
    await open_clinic(database)
    seen = Seen(0, lambda recorded: recorded.change.section == SERVICE)
    await edit(database, setting(SERVICE, price="125.00"), seen=seen)
    await edit(database, setting(SectionId("policy"), grace="5 min"), seen=Seen(0, lambda recorded: False))

    with pytest.raises(ChangedMeanwhile) as refused:
        await edit(database, setting(SERVICE, price="130.00"), seen=seen)
    assert [each.change.section for each in refused.value.changes] == [SERVICE]

    async with database.read() as session:
        now = await last_catalogue_change(session)
    await edit(database, setting(SERVICE, price="130.00"), seen=Seen(now, seen.concerns))
    assert (section_in(await content(database), SERVICE) or {})["price"] == "130.00"


async def test_a_service_is_withdrawn_from_those_who_offer_it_and_comes_back(database: Database) -> None:
    await open_clinic(database)
    former = await content(database)

    await edit(database, lambda present: withdrawal(present, SERVICE))
    present = await content(database)
    assert section_in(present, SERVICE) is None
    assert all(SERVICE.slug not in each["services"] for each in present["practitioners"])

    [act] = {each.act for each in await history(database)}
    await undo(database, act)
    assert await content(database) == former


async def test_an_item_moves_in_its_list_and_back(database: Database) -> None:
    await open_clinic(database)
    former = await content(database)

    await edit(database, lambda present: moved(present, SERVICE, -1))
    slugs = [each["slug"] for each in (await content(database))["services"]]
    assert slugs.index(SERVICE.slug) == 2
    [change] = await history(database)
    assert change.change.section == SectionId("services")

    await undo(database, change.act)
    assert await content(database) == former
    assert moved(former, SectionId("services", former["services"][0]["slug"]), -1) == []


async def test_a_location_is_withdrawn_with_all_that_is_there(database: Database) -> None:
    await open_clinic(database)
    place = {
        "slug": "west",
        "name": "Sample west",
        "address": ["2 Sample Street"],
        "hours": {"mon-sun": ["06:00-22:00"]},
    }
    await edit(database, lambda present: [SectionEdit(SectionId("locations", "west"), place)])
    person = SectionId("practitioners", "sample-practitioner-e")
    former = await content(database)
    extra = {"date": date(2026, 12, 5), "times": ["09:00-12:00"], "location": "west"}
    week = {"location": "west", "week": {"sat": ["09:00-12:00"]}}
    hours = (section_in(former, person) or {})["hours"]
    await edit(database, setting(person, hours=[*hours, week], extra_hours=[extra]))
    room = {"slug": "room", "name": "Sample room", "location": "west", "kind": "room"}
    await edit(database, lambda present: [SectionEdit(SectionId("resources", "room"), room)])

    await edit(database, lambda present: withdrawal(present, SectionId("locations", "west")))

    present = await content(database)
    assert (section_in(present, person) or {})["hours"] == hours
    assert (section_in(present, person) or {})["extra_hours"] == []
    assert "resources" not in present
