"""Consent: a clinic that asks for it books only for patients who agreed to its present text."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from booking.storage.database import Database
from booking.storage.models.appointments import Appointment
from booking.storage.models.consents import Consent
from graphql_api.types.relay import global_id
from tests.graphql_api.conftest import Clock
from tests.support.clinics import CONSENT, NOW, asking_for_consent, open_clinic
from tests.support.graphql_client import PATIENT, GraphQLClient, problem_types, screening_answers

TUESDAY = "2026-11-24T09:00:00-05:00"
WEEKLY = [f"2026-{day}T09:00:00-05:00" for day in ("11-24", "12-01", "12-08")]
TEXT = "query { clinic { consentText { id version language text } } }"
NOT_GIVEN = "Please show the clinic's text to the patient, and send its id once they agree to it."
BOOK = """mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) {
  appointment { reference }
  problems { __typename message path ... on ConsentRequired { isOutdated consentText { id language text } } }
} }"""


def text_id(version: str = "2026-11", language: str = "en") -> str:
    return global_id("ConsentText", f"{version}/{language}")


async def asked_text(api: GraphQLClient, language: str = "en") -> dict[str, Any] | None:
    answer = await api.ask(TEXT, language=language)
    text: dict[str, Any] | None = answer["data"]["clinic"]["consentText"]
    return text


async def stored(database: Database) -> list[tuple[str, str, datetime]]:
    async with database.read() as session:
        rows = await session.scalars(select(Consent))
        return [(row.version, row.language, row.given_at) for row in rows]


@pytest.fixture
async def asking(api: GraphQLClient, database: Database) -> GraphQLClient:
    """A client of the clinic, which asks for consent."""
    await open_clinic(database, asking_for_consent())
    return api


async def test_a_clinic_without_a_text_asks_for_no_consent(api: GraphQLClient, database: Database) -> None:
    assert await asked_text(api) is None

    await api.hold_and_book(TUESDAY)
    assert await stored(database) == []


async def test_the_text_is_in_the_readers_language(asking: GraphQLClient) -> None:
    assert [await asked_text(asking, language) for language in ("en", "fr-CA", "de")] == [
        {
            "id": text_id(language=language),
            "version": "2026-11",
            "language": language,
            "text": CONSENT[language],
        }
        for language in ("en", "fr", "en")
    ]


async def test_a_booking_stores_the_version_the_language_and_the_time(
    asking: GraphQLClient, database: Database, clock: Clock
) -> None:
    held = await asking.hold(TUESDAY)
    clock.now = datetime(2026, 11, 23, 12, 3, tzinfo=UTC)
    done = await asking.book(held["holdToken"], consentTextId=text_id(language="fr"))

    assert done["problems"] == []
    assert await stored(database) == [("2026-11", "fr", clock.now)]
    async with database.read() as session:
        booked = (await session.scalars(select(Appointment.patient))).all()
        assert booked == (await session.scalars(select(Consent.patient))).all()


async def test_a_course_has_one_consent(asking: GraphQLClient, database: Database) -> None:
    held = await asking.hold_course(WEEKLY, practitionerId=global_id("Practitioner", "sample-practitioner-a"))
    refused = await asking.book_course(held["holdTokens"])
    assert problem_types(refused) == ["ConsentRequired"]

    done = await asking.book_course(held["holdTokens"], consentTextId=text_id())
    assert done["problems"] == []
    assert await stored(database) == [("2026-11", "en", NOW)]


async def test_without_consent_nothing_is_booked_and_the_text_comes_with_the_refusal(
    asking: GraphQLClient, database: Database
) -> None:
    held = await asking.hold(TUESDAY)
    given = {"holdToken": held["holdToken"], "screening": screening_answers(), "patient": PATIENT}
    answer = await asking.ask(BOOK, language="fr", input=given)

    assert answer["data"]["bookAppointment"] == {
        "appointment": None,
        "problems": [
            {
                "__typename": "ConsentRequired",
                "message": NOT_GIVEN,
                "path": ["input", "consentTextId"],
                "isOutdated": False,
                "consentText": {"id": text_id(language="fr"), "language": "fr", "text": CONSENT["fr"]},
            }
        ],
    }
    assert await stored(database) == []
    assert (await asking.book(held["holdToken"], consentTextId=text_id()))["problems"] == []


async def test_consent_to_a_former_text_is_refused_with_the_new_one(
    asking: GraphQLClient, database: Database
) -> None:
    held = await asking.hold(TUESDAY)
    agreed_to = await asked_text(asking)
    assert agreed_to
    await open_clinic(database, asking_for_consent(version="2026-12", consent={"en": "New.", "fr": "Neuf."}))
    given = {
        "holdToken": held["holdToken"],
        "screening": screening_answers(),
        "consentTextId": agreed_to["id"],
    }
    given["patient"] = {"name": "Sample Patient", "email": "patient@example.com", "phone": "416 555 0123"}
    (problem,) = (await asking.ask(BOOK, input=given))["data"]["bookAppointment"]["problems"]

    assert (problem["__typename"], problem["isOutdated"]) == ("ConsentRequired", True)
    assert problem["consentText"] == {"id": text_id("2026-12"), "language": "en", "text": "New."}
    done = await asking.book(held["holdToken"], consentTextId=problem["consentText"]["id"])
    assert done["problems"] == []
    assert await stored(database) == [("2026-12", "en", NOW)]


async def test_all_that_is_wrong_with_the_details_is_told_at_once(asking: GraphQLClient) -> None:
    held = await asking.hold(TUESDAY)
    patient = {"name": "", "email": "nobody", "phone": "416 555 0123"}
    refused = await asking.book(held["holdToken"], patient=patient)

    assert [problem["path"] for problem in refused["problems"]] == [
        ["input", "patient", "name"],
        ["input", "patient", "email"],
        ["input", "consentTextId"],
    ]


@pytest.mark.parametrize("wrong", ["", "2026-11", global_id("Clinic", 1)])
async def test_what_is_no_text_is_no_consent(asking: GraphQLClient, database: Database, wrong: str) -> None:
    held = await asking.hold(TUESDAY)
    refused = await asking.book(held["holdToken"], consentTextId=wrong)

    assert [problem["path"] for problem in refused["problems"]] == [["input", "consentTextId"]]
    assert await stored(database) == []


async def test_a_text_that_never_was_is_outdated(asking: GraphQLClient) -> None:
    held = await asking.hold(TUESDAY)

    for unknown in (text_id("2020-01"), text_id(language="de"), global_id("ConsentText", "nothing")):
        assert problem_types(await asking.book(held["holdToken"], consentTextId=unknown)) == [
            "ConsentRequired"
        ]


async def test_a_repeat_answers_with_the_same_booking(asking: GraphQLClient, database: Database) -> None:
    held = await asking.hold(TUESDAY)
    key = "a-key-of-this-test-0001"
    given = {"consentTextId": text_id(), "idempotencyKey": key}
    first, again = [await asking.book(held["holdToken"], **given) for _ in range(2)]

    assert first == again
    assert len(await stored(database)) == 1
    other = await asking.book(held["holdToken"], consentTextId=text_id(language="fr"), idempotencyKey=key)
    assert problem_types(other) == ["IdempotencyKeyReused"]


async def test_a_clinic_that_asks_no_more_books_without(asking: GraphQLClient, database: Database) -> None:
    held = await asking.hold(TUESDAY)
    await open_clinic(database)

    assert (await asking.book(held["holdToken"], consentTextId=text_id()))["problems"] == []
    assert await stored(database) == []


async def test_a_text_that_patients_agreed_to_is_found_by_its_id(
    asking: GraphQLClient, database: Database
) -> None:
    await open_clinic(database, asking_for_consent(version="2026-12", consent={"en": "New.", "fr": "Neuf."}))
    query = "query ($id: ID!) { node(id: $id) { ... on ConsentText { version language text } } }"
    answer = await asking.ask(query, id=text_id(language="fr"))

    assert answer["data"]["node"] == {"version": "2026-11", "language": "fr", "text": CONSENT["fr"]}


async def test_a_move_asks_for_no_new_consent(asking: GraphQLClient, database: Database) -> None:
    held = await asking.hold("2026-11-26T09:00:00-05:00")
    done = await asking.book(held["holdToken"], consentTextId=text_id())
    moved = await asking.reschedule(done["manageToken"], "2026-11-26T10:15:00-05:00")

    assert moved["problems"] == []
    assert len(await stored(database)) == 1
