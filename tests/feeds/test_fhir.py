"""What we publish is FHIR R4, by the models of `fhir.resources`, and what SMART Scheduling Links asks for."""

import re

import httpx
import pytest
from fhir.resources.R4B.location import Location
from fhir.resources.R4B.practitioner import Practitioner
from fhir.resources.R4B.schedule import Schedule
from fhir.resources.R4B.slot import Slot
from pydantic import BaseModel, ValidationError

from tests.feeds.bulk_client import MANIFEST, SITE, read_lines, resources_of

MODELS: dict[str, type[BaseModel]] = {
    "Location": Location,
    "Practitioner": Practitioner,
    "Schedule": Schedule,
    "Slot": Slot,
}
EXTENSIONS = "http://fhir-registry.smarthealthit.org/StructureDefinition"
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


@pytest.mark.parametrize("kind", MODELS)
async def test_every_line_is_a_resource(http: httpx.AsyncClient, kind: str) -> None:
    found = await resources_of(http, kind)

    assert found
    for resource in found:
        assert resource["resourceType"] == kind
        assert ID.fullmatch(resource["id"])
        MODELS[kind].model_validate(resource)
    assert len({resource["id"] for resource in found}) == len(found)


async def test_the_models_refuse_a_wrong_resource(http: httpx.AsyncClient) -> None:
    slot = (await resources_of(http, "Slot"))[0]
    for wrong in ({"id": "a_b"}, {"status": None}, {"start": "2026-11-24T07:00:00"}, {"practitioner": "x"}):
        with pytest.raises(ValidationError):
            Slot.model_validate(slot | wrong)


async def test_every_reference_is_to_a_published_resource(http: httpx.AsyncClient) -> None:
    manifest = (await http.get(MANIFEST)).json()
    named = {file["type"]: set[str]() for file in manifest["output"]}
    for file in manifest["output"]:
        for resource in await read_lines(http, file["url"].removeprefix(SITE)):
            named[file["type"]].add(f"{file['type']}/{resource['id']}")

    actors = named["Location"] | named["Practitioner"]
    for schedule in await resources_of(http, "Schedule"):
        assert {actor["reference"] for actor in schedule["actor"]} <= actors
    assert {slot["schedule"]["reference"] for slot in await resources_of(http, "Slot")} <= named["Schedule"]


async def test_a_slot_has_what_a_discovery_client_needs(http: httpx.AsyncClient) -> None:
    for slot in await resources_of(http, "Slot"):
        assert slot["status"] == "free"
        assert INSTANT.fullmatch(slot["start"])
        assert INSTANT.fullmatch(slot["end"])
        link, phone = slot["extension"]
        assert link["url"] == f"{EXTENSIONS}/booking-deep-link"
        assert link["valueUrl"].startswith(f"{SITE}/book/")
        assert phone == {"url": f"{EXTENSIONS}/booking-phone", "valueString": "+14165451881"}


async def test_names_are_in_the_clinics_own_language(http: httpx.AsyncClient) -> None:
    response = await http.get("/bulk/schedules.ndjson", headers={"accept-language": "fr"})

    assert "Physiotherapy assessment" in response.text
    assert "vary" not in response.headers or "accept-language" not in response.headers["vary"].lower()
