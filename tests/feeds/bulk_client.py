"""Whoever pulls all that is open: the manifest, then each file that it names."""

import json
from typing import Any

import httpx

SITE = "https://booking.example.com"
MANIFEST = "/$bulk-publish"
SLOTS = "/bulk/slots-2026-11.ndjson"

Resource = dict[str, Any]


async def lines(http: httpx.AsyncClient, path: str) -> list[Resource]:
    response = await http.get(path)
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


async def pulled(http: httpx.AsyncClient, kind: str) -> list[Resource]:
    """Every resource of this type, from all files that the manifest names for it."""
    manifest = (await http.get(MANIFEST)).json()
    urls = [file["url"] for file in manifest["output"] if file["type"] == kind]
    assert urls
    return [line for url in urls for line in await lines(http, url[url.index("/bulk/") :])]


def starts(slots: list[Resource], schedule: Resource) -> list[str]:
    return [slot["start"] for slot in slots if slot["schedule"]["reference"] == f"Schedule/{schedule['id']}"]


def schedule_of(schedules: list[Resource], service: str, practitioner: str) -> Resource:
    """By the service's name and the practitioner's slug; there is one."""
    found = [
        one
        for one in schedules
        if one["serviceType"][0]["text"] == service
        and {"reference": f"Practitioner/{practitioner}"}.items() <= one["actor"][1].items()
    ]
    assert len(found) == 1
    return found[0]
