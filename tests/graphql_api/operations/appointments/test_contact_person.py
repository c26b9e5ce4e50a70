"""A booking for somebody else, with a note for the practitioner."""

from typing import Any

import pytest

from booking.patients.contacts import notes_of_patients
from booking.storage.database import Database
from tests.booking.patients.stored_contacts import all_contacts
from tests.support.graphql_client import GraphQLClient, problem_types

TUESDAY = "2026-11-24T09:00:00-05:00"
CHILD = {"name": "Sample Child", "email": "parent@example.com", "phone": "416 555 0123"}


async def book(api: GraphQLClient, contact: str | None, **more: Any) -> dict[str, Any]:
    held = await api.hold(TUESDAY)
    return await api.book(held["holdToken"], patient=CHILD | {"contactName": contact}, **more)


async def test_both_names_and_the_note_are_kept(api: GraphQLClient, database: Database) -> None:
    booked = await book(api, "Sample Parent", note="Left knee,\nsince May")
    assert booked["problems"] == []
    [contact] = await all_contacts(database)
    assert (contact.name, contact.contact_name) == ("Sample Child", "Sample Parent")
    async with database.read() as session:
        assert await notes_of_patients(session, [contact.id]) == {contact.id: "Left knee,\nsince May"}


@pytest.mark.parametrize("absent", [None, "", "   "])
async def test_without_them_the_patient_is_the_one_who_is_reached(
    api: GraphQLClient, database: Database, absent: str | None
) -> None:
    assert (await book(api, absent, note=absent))["problems"] == []
    [contact] = await all_contacts(database)
    assert (contact.name, contact.contact_name) == ("Sample Child", "")
    async with database.read() as session:
        assert await notes_of_patients(session, [contact.id]) == {}


@pytest.mark.parametrize(
    ("contact", "note", "path"),
    [("12", "", ["input", "patient", "contactName"]), ("Sample Parent", "x" * 501, ["input", "note"])],
)
async def test_one_that_cannot_be_used_is_named(
    api: GraphQLClient, contact: str, note: str, path: list[str]
) -> None:
    refused = await book(api, contact, note=note)
    assert problem_types(refused) == ["InvalidInput"]
    assert refused["problems"][0]["path"] == path
