"""Visitors and an owner of the clinic on the machine, over HTTP as its proxy would pass them on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from tests.booking.catalogue.clinic_file.images import png
from tests.support.graphql_client import APPOINTMENT, GraphQLClient

URL = "http://127.0.0.1:8000"
SITE = "https://book.clinic.example"
PATIENCE_SECONDS = 60
FROM_PROXY = {"Host": SITE.removeprefix("https://"), "X-Forwarded-Proto": "https"}
FROM_A_PAGE = {"Sec-Fetch-Site": "same-origin", "Origin": SITE, "Accept": "text/html"}
"""What a browser sends with a form of the server's own page."""
PHOTO_OF = "/desk/clinic/practitioners/sample-practitioner-a/image"


def visitor() -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=URL, headers=FROM_PROXY, timeout=PATIENCE_SECONDS)


@dataclass(frozen=True)
class Visit:
    reference: str
    manage_token: str


async def book() -> Visit:
    """Book the first time that is open."""
    first = datetime.now(UTC).date() + timedelta(days=2)
    async with visitor() as http:
        api = GraphQLClient(http)
        slots = await api.open_slots(first.isoformat(), (first + timedelta(days=14)).isoformat())
        booked = await api.hold_and_book(slots[0]["startsAt"])
    return Visit(booked["appointment"]["reference"], booked["manageToken"])


async def status_of(visit: Visit) -> str:
    """As the page behind the link in the mail shows it."""
    async with visitor() as http:
        answer = await GraphQLClient(http).ask(APPOINTMENT, token=visit.manage_token)
    status: str = answer["data"]["appointment"]["status"]
    return status


async def name_of_clinic() -> str:
    async with visitor() as http:
        answer = await GraphQLClient(http).ask("{ clinic { name } }")
    name: str = answer["data"]["clinic"]["name"]
    return name


async def upload_photo(link: str) -> int:
    """Sign in by the link, upload a photo at the desk, and return the bytes of what it was made into."""
    async with visitor() as http:
        http.headers.update(FROM_A_PAGE)
        signed_in = await http.post("/desk/sign-in/link", data={"link": link.partition("#")[2]})
        assert signed_in.status_code == 303, signed_in.text
        # The cookie is for HTTPS alone, which the proxy speaks.
        http.headers["Cookie"] = signed_in.headers["set-cookie"].partition(";")[0]
        uploaded = await http.post(PHOTO_OF, files={"file": ("mine.png", png(3000, 2000))})
        assert uploaded.status_code == 303, uploaded.text
        page = (await http.get(PHOTO_OF.removesuffix("/image"))).text
        address = "/desk/clinic/images/" + page.partition("/desk/clinic/images/")[2].partition('"')[0]
        photo = await http.get(address)
        assert (photo.status_code, photo.headers["content-type"]) == (200, "image/webp"), address
        return len(photo.content)
