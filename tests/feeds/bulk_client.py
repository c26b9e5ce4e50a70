"""A client of the bulk feed: reads the manifest, then each file that it names."""

import json
from typing import Any

import httpx

SITE = "https://booking.example.com"
MANIFEST = "/$bulk-publish"
SLOTS = "/bulk/slots-2026-11.ndjson"

Resource = dict[str, Any]


async def read_lines(http: httpx.AsyncClient, path: str) -> list[Resource]:
    response = await http.get(path)
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


async def resources_of(http: httpx.AsyncClient, resource_type: str) -> list[Resource]:
    """Every resource of this type, from all its files in the manifest."""
    manifest = (await http.get(MANIFEST)).json()
    urls = [file["url"] for file in manifest["output"] if file["type"] == resource_type]
    assert urls
    return [line for url in urls for line in await read_lines(http, url[url.index("/bulk/") :])]


def slot_starts(slots: list[Resource], schedule: Resource) -> list[str]:
    return [slot["start"] for slot in slots if slot["schedule"]["reference"] == f"Schedule/{schedule['id']}"]


def practitioner_of(schedule: Resource) -> str:
    """The reference to the practitioner of a Schedule."""
    [extension] = schedule["extension"]
    assert extension["url"].endswith("/fhir/schedule-practitioner")
    reference: str = extension["valueReference"]["reference"]
    return reference


def schedule_of(schedules: list[Resource], service: str, practitioner: str) -> Resource:
    """The one Schedule of a service's name and a practitioner's slug."""
    [schedule] = [
        schedule
        for schedule in schedules
        if schedule["serviceType"][0]["text"] == service
        and practitioner_of(schedule) == f"Practitioner/{practitioner}"
    ]
    return schedule
