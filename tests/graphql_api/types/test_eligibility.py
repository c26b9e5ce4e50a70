"""For whom a service is: new or returning patients, of which age; in words, and as values for partners."""

from typing import Any

import pytest

from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file
from booking.storage.database import Database
from tests.support.clinics import edit_file, open_clinic
from tests.support.graphql_client import GraphQLClient

SLUG = 'slug = "physiotherapy-follow-up"'
QUERY = """{ service(slug: "physiotherapy-follow-up") {
  eligibility { text patients youngest oldest }
} }"""


def said(*lines: str) -> str:
    return edit_file({SLUG: "\n".join([SLUG, *lines])})


async def eligibility(api: GraphQLClient, language: str = "en") -> Any:
    return (await api.ask(QUERY, language=language))["data"]["service"]["eligibility"]


@pytest.mark.parametrize(
    ("lines", "english", "french"),
    [
        (['patients = "new"'], "New patients", "Nouveaux patients"),
        (['patients = "returning"', "youngest = 16"], "Returning patients, 16 years and older", None),
        (["youngest = 0", "oldest = 12"], "0 to 12 years", "de 0 à 12 ans"),
        (["oldest = 12"], "up to 12 years", "jusqu’à 12 ans"),
    ],
)
async def test_it_is_said_in_the_language_asked_for(
    database: Database, api: GraphQLClient, lines: list[str], english: str, french: str | None
) -> None:
    await open_clinic(database, said(*lines))

    assert (await eligibility(api))["text"] == english
    if french:
        assert (await eligibility(api, "fr"))["text"] == french


async def test_partners_read_values_and_a_service_for_all_has_none(
    database: Database, api: GraphQLClient
) -> None:
    await open_clinic(database)
    assert await eligibility(api) is None

    await open_clinic(database, said('patients = "new"', "youngest = 16"))
    found = await eligibility(api)
    assert (found["patients"], found["youngest"], found["oldest"]) == ("NEW", 16, None)


def test_ages_are_in_order() -> None:
    with pytest.raises(ClinicFileError, match="must not be less than `youngest`"):
        parse_clinic_file(said("youngest = 16", "oldest = 12"))
