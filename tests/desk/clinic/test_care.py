"""What needs care at the clinic, as its owners see it at the desk."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from booking.catalogue.clinic_file import warnings
from booking.domain.role import Role
from booking.i18n.locales import texts_for
from tests.booking.notifications.bookings import make_booking
from tests.desk.desk_server import Desk, running_desk
from tests.support.clinics import SAMPLE, load_clinic, practitioner, small_clinic

CARE = "/desk/clinic/care"
A = "sample-practitioner-a"
TUESDAY = datetime(2026, 11, 24, 15, tzinfo=UTC)
PATIENT = "Sample Patient"
OVER = "\n[[locations.closures]]\nfrom = 2026-11-01\nto = 2026-11-02\n[[services]]"
ODD = SAMPLE.replace("valid_until = 2031-12-31", "valid_until = 2026-12-24", 1).replace(
    "\n[[services]]", OVER, 1
)


TWO = "[[practitioners]]\nslug = 'two'\nname = 'Sample Two'\nservices = ['visit']\n"


ROOM = "\n[[resources]]\nslug = 'sample-room'\nname = 'Sample room'\nkind = 'sauna'\n"


@pytest.fixture
async def both(database_url: str) -> AsyncIterator[Desk]:
    """The desk on each database."""
    async with running_desk(database_url) as running:
        yield running


def words(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def links(answer: httpx.Response) -> list[str]:
    return re.findall(r'<li><a href="([^"]+)"', answer.text)


async def test_odd_settings_lead_to_their_screens(both: Desk) -> None:
    owner = await both.signed_in()
    before = words(await owner.get(CARE))
    await load_clinic(both.database, ODD, now=both.clock.now)

    page = await owner.get(CARE)

    line = "Main Street clinic A closure is over since Monday, November 2, 2026"
    assert line not in before
    assert line in words(page)
    assert "/desk/clinic/locations/main-street" in links(page)
    assert f"/desk/clinic/practitioners/{A}" in links(page)
    assert "Sample Practitioner A The certificate 'dry-needling' expires on Thursday, December 24" in words(
        page
    )


async def test_a_certificate_that_ends_says_how_many_visits_come_after_it(both: Desk) -> None:
    for weeks in (0, 6, 7):
        at = TUESDAY + timedelta(weeks=weeks)
        await make_booking(both.database, at, service="dry-needling", practitioner=A, now=both.clock.now)
    owner = await both.signed_in()
    assert "after that day" not in words(await owner.get(CARE))
    await load_clinic(both.database, ODD, now=both.clock.now)

    page = await owner.get(CARE)

    assert "before the booking horizon ends. 2 booked visits come after that day." in words(page)
    assert "2 booked visits can’t take place" in words(page)
    assert "Tuesday, January 5, 10:00 a.m. Dry needling, first visit, Sample Practitioner A" in words(page)
    assert PATIENT not in page.text
    assert [link for link in links(page) if link.startswith("/desk/visits/")]
    french = words(await owner.get(f"{CARE}?lang=fr"))
    assert "Le certificat « dry-needling » expire le jeudi 24 décembre 2026, avant la fin" in french
    assert "2 rendez-vous sont réservés après ce jour." in french


async def test_public_holidays_of_open_days_are_a_hint(desk: Desk) -> None:
    owner = await desk.signed_in()

    english, french = words(await owner.get(CARE)), words(await owner.get(f"{CARE}?lang=fr"))

    assert (
        "Closed on public holidays, in the next 60 days Friday, December 25, 2026: Christmas Day" in english
    )
    assert "vendredi 25 décembre 2026 : Jour de Noël" in french


async def test_a_clinic_without_a_concern_is_told_so(sqlite_url: str) -> None:
    async with running_desk(sqlite_url, small_clinic()) as desk:
        owner = await desk.signed_in()
        well = words(await owner.get(CARE))
        odd = small_clinic(practitioners=practitioner("one", "09:00-12:00"), duration="4 h")
        await load_clinic(desk.database, odd, now=desk.clock.now)
        concerned = await owner.get(CARE)

    assert well.startswith("All is well")
    assert "Services offered Visit It is longer than any shift" in words(concerned)
    assert links(concerned) == ["/desk/clinic/services/visit"]


async def test_each_line_leads_to_a_page(desk: Desk) -> None:
    await load_clinic(
        desk.database, ODD + "\n[sms]\n[waiting_list]\nminimum_notice = '30 days'", now=desk.clock.now
    )
    owner = await desk.signed_in()

    addresses = links(await owner.get(CARE))

    assert len(addresses) >= 6
    for address in addresses:
        assert (await owner.get(address)).status_code == 200, address


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (small_clinic(policy={"minimum_notice": "366 days"}), "Booking rules The notice reaches beyond"),
        (small_clinic().replace('["en"]', '["zh"]'), "Name and contact Book Online has no words in 'zh'"),
        (SAMPLE + "\n[sms]", "Text messages Text messages are reminders, and the clinic sends no reminders."),
        (SAMPLE + "\n[reminders]\nat = '22:00'", "Reminders Reminders are due within the quiet hours"),
        (SAMPLE + "\n[waiting_list]\nminimum_notice = '30 days'", "Waiting list Its notice is longer"),
        (SAMPLE + ROOM, "Rooms and equipment Sample room No service needs 'sauna'."),
        (
            small_clinic(practitioners=practitioner("one", "09:00-12:00") + TWO),
            "Sample Two No working hours are given, so that nobody can book with them.",
        ),
    ],
)
async def test_each_sentence_is_whole(sqlite_url: str, text: str, sentence: str) -> None:
    async with running_desk(sqlite_url, text) as desk:
        page = words(await (await desk.signed_in()).get(CARE))

    assert sentence in page


def test_each_warning_has_a_sentence_for_owners() -> None:
    code = Path(warnings.__file__).read_text("utf-8")
    told = {key for key in re.findall(r'"check\.(\w+)', code) if key != "weekday"}
    known = {key.split(".")[3] for key in texts_for("en").texts if key.startswith("desk.care.told.")}

    assert told == known


async def test_owners_are_led_to_the_page(desk: Desk) -> None:
    for role, is_led in ((Role.OWNER, True), (Role.RECEPTION, False)):
        overview = await (await desk.signed_in(role)).get("/desk/clinic")
        assert (f'href="{CARE}"' in overview.text) is is_led
