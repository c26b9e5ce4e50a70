"""Photos of practitioners: in the API, and at their addresses."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fhir.resources.R4B.practitioner import Practitioner as FhirPractitioner
from sqlalchemy.exc import IntegrityError

from booking.appointments.load import load_clinic_file
from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.storage.database import Database
from booking.storage.models.catalogue.practitioners import PractitionerPhoto
from graphql_api.app import create_app
from graphql_api.settings import Settings
from tests.booking.catalogue.clinic_file.images import picture
from tests.support.asgi_client import asgi_client
from tests.support.clinics import NOW, SAMPLE, edit_file

SITE = "https://booking.example.com"
WITH_PHOTO = edit_file({'# photo = "photos/a.jpg"': 'photo = "photo.jpg"'})
PEOPLE = """query ($size: Int! = 192) {
  practitioners(first: 2) { edges { node { about photo(size: $size) { url width height } } } }
}"""


@pytest.fixture
async def http(database: Database, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(Settings(database_url=database_url, site=SITE), now=lambda: NOW)
    async with asgi_client(app) as client:
        yield client


async def load(database: Database, folder: Path, photo: bytes | None) -> list[str]:
    (folder / "photo.jpg").write_bytes(photo or b"")
    file = parse_clinic_file(WITH_PHOTO if photo else SAMPLE, folder=folder)
    async with database.write() as session:
        return (await load_clinic_file(session, file, now=NOW, allow_rewrite=True)).sentences


async def first_two(
    http: httpx.AsyncClient, size: int = 192, language: str = "en"
) -> list[dict[str, object]]:
    answer = await http.post(
        "/graphql",
        json={"query": PEOPLE, "variables": {"size": size}},
        headers={"Accept-Language": language},
    )
    return [edge["node"] for edge in answer.json()["data"]["practitioners"]["edges"]]


async def address(http: httpx.AsyncClient, size: int = 192) -> str:
    """The path of the first practitioner's photo."""
    [first, _] = await first_two(http, size)
    assert isinstance(first["photo"], dict)
    return str(first["photo"]["url"]).removeprefix(SITE)


async def test_the_api_has_the_photo_in_the_size_that_is_asked_for(
    database: Database, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    await load(database, tmp_path, picture(500, 400))

    for asked, size in ((1, 96), (96, 96), (97, 192), (384, 384), (2000, 384)):
        [first, second] = await first_two(http, asked)
        assert isinstance(first["photo"], dict)
        url = first["photo"].pop("url")
        assert url.startswith(f"{SITE}/photos/sample-practitioner-a-")
        assert url.endswith(f"-{size}.webp")
        assert first["photo"] == {"width": size, "height": size}
        assert second["photo"] is None
    [first, _] = await first_two(http)
    assert first["about"] == "Looks after sore backs and stiff necks, and takes the time to listen."
    [first, _] = await first_two(http, language="fr")
    assert first["about"] == "Soulage les maux de dos et les raideurs du cou, et prend le temps d’écouter."


@pytest.mark.parametrize("size", [96, 192, 384])
async def test_a_photo_is_served_as_webp_for_ever(
    database: Database, http: httpx.AsyncClient, tmp_path: Path, size: int
) -> None:
    await load(database, tmp_path, picture(500, 400))
    path = await address(http, size)

    answer = await http.get(path)
    again = await http.get(path, headers={"If-None-Match": answer.headers["etag"]})
    head = await http.head(path)

    assert answer.content[:4] + answer.content[8:12] == b"RIFFWEBP"
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "content-encoding" not in answer.headers
    assert (again.status_code, again.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")


async def test_another_photo_has_another_address_and_the_former_one_leads_to_it(
    database: Database, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    added = await load(database, tmp_path, picture(500, 400))
    former = await address(http)
    unchanged = await load(database, tmp_path, picture(500, 400))

    await load(database, tmp_path, picture(500, 400, top="green"))

    present = await address(http)
    assert "PractitionerPhoto: 3 added, 0 removed." in added
    assert unchanged == []
    assert present != former
    new, old = await http.get(present), await http.get(former)
    assert new.content == old.content
    assert old.headers["cache-control"] == "public, max-age=300"


async def test_a_photo_that_is_gone_is_not_found(
    database: Database, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    await load(database, tmp_path, picture(500, 400))
    path = await address(http)

    await load(database, tmp_path, None)

    others = ["/photos/", "/photos/a", path.replace("-192", "-193"), path.replace("sample", "other")]
    for each in (path, *others, "/photos/%2e%2e%2fclinic.toml", "/photos/-" + "0" * 400 + "-96.webp"):
        answer = await http.get(each)
        assert (answer.status_code, "immutable" in answer.headers.get("cache-control", "")) == (404, False)
    assert [each["photo"] for each in await first_two(http)] == [None, None]


async def test_photos_cost_points(database: Database, database_url: str, tmp_path: Path) -> None:
    await load(database, tmp_path, picture(500, 400))
    app = create_app(Settings(database_url=database_url, points_per_client=20), now=lambda: NOW)

    async with asgi_client(app) as http:
        statuses = {(await http.get("/photos/a.webp")).status_code for _ in range(40)}

    assert statuses == {404, 429}


@pytest.mark.parametrize(
    "wrong", [{"size": 100}, {"version": "short"}, {"content": b""}, {"content": bytes(200_001)}]
)
async def test_the_database_takes_no_other_pictures(
    database: Database, tmp_path: Path, wrong: dict[str, object]
) -> None:
    await load(database, tmp_path, None)
    row = {"practitioner": "sample-practitioner-a", "size": 96, "version": "0" * 16, "content": b"x"}

    with pytest.raises(IntegrityError):
        async with database.write() as session:
            session.add(PractitionerPhoto(**row | wrong))
    async with database.write() as session:
        session.add(PractitionerPhoto(**row))


async def test_pages_without_a_script_show_the_photo_or_initials(
    database: Database, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    await load(database, tmp_path, picture(500, 400))
    path = await address(http, 96)

    page = (await http.get("/book/physiotherapy-follow-up", params={"lang": "fr"})).text

    assert f'<img src="{path}" alt="" width="48" height="48"' in page
    assert 'data-initials="SB"></span>' in page
    assert "Physiothérapeute · anglais, français" in page
    assert "Soulage les maux de dos et les raideurs du cou, et prend le temps d’écouter." in page


async def test_search_engines_and_other_systems_find_the_photo(
    database: Database, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    await load(database, tmp_path, picture(500, 400))
    image = f"{SITE}{await address(http, 384)}"

    page = (await http.get("/book")).text
    feed = (await http.get("/bulk/practitioners.ndjson")).text.splitlines()

    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert json.loads(text)["@graph"][0]["employee"] == [
        {
            "@type": "Person",
            "name": "Sample Practitioner A",
            "jobTitle": "Physiotherapist",
            "description": "Looks after sore backs and stiff necks, and takes the time to listen.",
            "knowsLanguage": ["en", "fr"],
            "image": image,
        }
    ]
    resources = [json.loads(line) for line in feed]
    assert [resource.get("photo") for resource in resources] == [
        [{"contentType": "image/webp", "url": image}],
        *[None] * 4,
    ]
    assert FhirPractitioner.model_validate(resources[0]).photo
