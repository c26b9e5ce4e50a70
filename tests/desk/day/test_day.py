"""The day at the desk, over HTTP: a list that needs no style sheet and no script."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest

from booking.appointments.notes import write_note
from booking.appointments.status import set_status
from booking.domain.role import Role
from booking.domain.screening import Answer
from booking.storage.models.appointments import AppointmentStatus
from booking.storage.models.audit import AuditAction
from tests.booking.audit.trails import stored_rows
from tests.booking.notifications.bookings import SampleBooking, make_booking
from tests.desk.desk_server import OPERATOR, Desk

NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)  # on a Tuesday in Toronto
DAY = "/desk/day?date=2026-11-24"
TWO = NINE + timedelta(hours=5)
A, D = "sample-practitioner-a", "sample-practitioner-d"

WRONG_DATES = ["2026-02-30", "tomorrow", "20261124", "2026-W48-2", "1066-10-14", "9999-12-31"]
DATES = ["2026-12-31", "2027-01-01", "2000-01-01", "2199-12-31", "2027-11-07", "2027-03-14"]


async def visit(
    desk: Desk, at: datetime = NINE, who: str = A, *, name: str = "Sample Patient 1"
) -> SampleBooking:
    service = "physiotherapy-assessment"
    return await make_booking(desk.database, at, service=service, practitioner=who, name=name)


def words(page: httpx.Response) -> str:
    """What somebody reads, without any tag."""
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    text = re.sub(r'<(\w+)[^>]* aria-hidden="true"[^>]*>.*?</\1>', " ", main, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).replace("\N{NO-BREAK SPACE}", " ").split())


async def test_the_day_reads_as_a_list_by_practitioner_in_order_of_time(desk: Desk) -> None:
    late = (await visit(desk, NINE + timedelta(minutes=90), name="Sample Patient 2")).appointments[0]
    early = (await visit(desk)).appointments[0]
    page = await (await desk.signed_in()).get(DAY)

    assert page.status_code == 200
    assert "<title>Tuesday, November 24" in page.text
    text = words(page)
    first = f"Booked Sample Patient 1 {early.reference} 9:00 Physiotherapy assessment"
    second = f"Booked Sample Patient 2 {late.reference} 10:30 Physiotherapy assessment"
    expected = ["Sample Practitioner A Next free 7:00", first, "30 min free 10:00", second]
    places = [text.index(piece) for piece in [*expected, "Sample Practitioner C"]]
    assert places == sorted(places)
    assert "2 visits 2 to come Not here: Sample Practitioner B, Sample Practitioner E" in text
    assert "Times are in Toronto time (EST)." in text


async def test_each_status_has_a_word_and_a_patient_who_arrived_waits(desk: Desk) -> None:
    booked = (await visit(desk)).appointments[0]
    desk.clock.now = NINE
    browser = await desk.signed_in()
    async with desk.database.write() as session:
        arrived = await set_status(
            session, booked.id, AppointmentStatus.ARRIVED, version=None, actor=OPERATOR, now=NINE
        )
    desk.clock.now += timedelta(minutes=13)
    page = await browser.get(DAY)
    assert f"Arrived Sample Patient 1 {booked.reference} 9:00 Waiting 13 min" in words(page)
    assert "1 waiting" in words(page)
    assert f'data-version="{arrived.version}"' in page.text
    assert 'data-status="arrived"' in page.text


async def test_a_note_and_something_to_talk_about_are_marks_with_words_and_not_their_text(desk: Desk) -> None:
    service, who = "dry-needling-follow-up", "sample-practitioner-c"
    at, answers = NINE + timedelta(hours=1), {"needle-fear": Answer.YES}
    booking = await make_booking(desk.database, at, service=service, practitioner=who, answers=answers)
    noted = booking.appointments[0].id
    async with desk.database.write() as session:
        await write_note(session, noted, "Comes by taxi", version=None, actor=OPERATOR, now=desk.clock.now)
    page = await (await desk.signed_in()).get(DAY)
    assert "To talk about Note for the desk" in words(page)
    assert "taxi" not in page.text
    assert "needle-fear" not in page.text


async def test_the_day_is_in_french_too(desk: Desk) -> None:
    await visit(desk)
    page = await (await desk.signed_in()).get(f"{DAY}&lang=fr")
    text = words(page)
    assert "mardi 24 novembre" in page.text
    assert "Réservé Sample Patient 1" in text
    assert "9 h 00 Évaluation en physiothérapie" in text
    assert "Prochaine plage libre" in text


async def test_without_a_date_it_is_today_on_the_clinics_calendar(desk: Desk) -> None:
    desk.clock.now = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)  # still Monday in Toronto
    browser = await desk.signed_in()
    page = await browser.get("/desk/day")
    assert 'data-date="2026-11-23"' in page.text
    assert 'href="/desk/day?date=2026-11-22"' in page.text
    assert 'href="/desk/day?date=2026-11-24"' in page.text


@pytest.mark.parametrize("wrong", WRONG_DATES)
@pytest.mark.parametrize("address", ["day", "day/print", "week", "month"])
async def test_a_date_that_is_none_has_a_page_that_says_so(desk: Desk, address: str, wrong: str) -> None:
    page = await (await desk.signed_in()).get(f"/desk/{address}", params={"date": wrong})
    assert page.status_code == 400
    assert "There is no such date" in words(page) or "There is no such date" in page.text
    assert 'href="/desk/day"' in page.text


async def test_a_day_on_which_nobody_works_says_that_it_is_closed(desk: Desk) -> None:
    browser = await desk.signed_in()
    assert "Closed: nobody works on this day." in words(await browser.get("/desk/day?date=2026-11-28"))
    open_day = words(await browser.get(DAY))
    assert "Closed" not in open_day
    assert "0 visits" in open_day


async def test_a_practitioner_sees_only_the_own_column(desk: Desk) -> None:
    await visit(desk, name="Sample Patient 1")
    await visit(desk, TWO, D, name="Sample Patient 2")
    browser = await desk.signed_in(Role.PRACTITIONER, D)
    for address in (DAY, "/desk/day/print?date=2026-11-24", "/desk/week?date=2026-11-24"):
        page = await browser.get(address)
        assert "Sample Patient 2" in page.text
        assert "Sample Patient 1" not in page.text
        assert "Sample Practitioner A" not in page.text
    assert (await browser.get(f"/desk/week?practitioner={A}")).status_code == 404
    assert "1 visit" in words(await browser.get("/desk/month?date=2026-11-24"))


async def test_hidden_names_are_not_in_the_pages_and_the_reference_stands_alone(desk: Desk) -> None:
    booked = (await visit(desk)).appointments[0]
    browser = await desk.signed_in()
    addresses = (DAY, "/desk/day/print?date=2026-11-24", "/desk/week?date=2026-11-24")
    for address in addresses:
        assert "Sample Patient 1" in (await browser.get(address)).text
    await browser.post("/desk/account/hide-names", data={"hide": "1", "next": DAY})
    for address in addresses:
        page = await browser.get(address)
        assert "Sample Patient" not in page.text
        assert booked.reference in page.text
        assert "data-private" in page.text


async def test_looks_at_the_day_are_recorded_once_for_each_person_seen(desk: Desk) -> None:
    patient = (await visit(desk)).appointments[0].patient
    member = await desk.member(Role.RECEPTION, name="Sample Reception 1")
    browser = await desk.sign_in(member)

    async def looks() -> list[tuple[object, str]]:
        rows = await stored_rows(desk.database)
        return [(row["patient"], row["actor_id"]) for row in rows if row["action"] == AuditAction.READ]

    await browser.post("/desk/account/hide-names", data={"hide": "1", "next": DAY})
    await browser.get(DAY)
    assert await looks() == []
    await browser.post("/desk/account/hide-names", data={"hide": "0", "next": DAY})
    await browser.get("/desk/month?date=2026-11-24")
    assert await looks() == []
    for address in (DAY, DAY, "/desk/day/print?date=2026-11-24", "/desk/week?date=2026-11-24"):
        await browser.get(address)
    assert await looks() == [(patient, str(member.id))]


async def test_the_day_sheet_is_by_time_and_by_name(desk: Desk) -> None:
    await visit(desk, NINE, A, name="Sample Patient Zoe")
    await visit(desk, TWO, D, name="Sample Patient Ann")
    text = words(await (await desk.signed_in()).get("/desk/day/print?date=2026-11-24"))
    by_time, by_name = text.split("By name")
    assert by_time.index("Zoe") < by_time.index("Ann")
    assert by_name.index("Ann") < by_name.index("Zoe")


async def test_a_week_has_seven_days_and_a_link_to_each_practitioner(desk: Desk) -> None:
    await visit(desk)
    page = await (await desk.signed_in()).get(f"/desk/week?date=2026-11-26&practitioner={A}")
    text = words(page)
    expected = [
        "Monday, November 23 0 visits",
        "Tuesday, November 24 1 visit",
        "Sample Patient 1",
        "Wednesday",
    ]
    places = [text.index(piece) for piece in expected]
    assert places == sorted(places)
    assert "Sunday, November 29 0 visits Doesn’t work" in text
    assert f"practitioner={D}" in page.text
    assert 'href="/desk/numbers"' in page.text
    assert 'href="/desk/week?date=2026-11-16&amp;practitioner=sample-practitioner-a"' in page.text


async def test_a_month_says_how_many_visits_each_day_has_and_leads_there(desk: Desk) -> None:
    await visit(desk)
    page = await (await desk.signed_in()).get("/desk/month?date=2026-11-24")
    assert "Tuesday, November 24 1 visit" in words(page)
    assert "% full" in words(page)
    assert 'href="/desk/day?date=2026-11-24"' in page.text
    assert 'href="/desk/month?date=2026-10-01"' in page.text
    assert 'href="/desk/month?date=2026-12-01"' in page.text


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("address", ["day", "week", "month"])
async def test_every_date_has_its_pages(desk: Desk, address: str, date: str) -> None:
    page = await (await desk.signed_in()).get(f"/desk/{address}", params={"date": date})
    assert page.status_code == 200


async def test_a_name_is_text_and_never_markup(desk: Desk) -> None:
    await visit(desk, name="<b>Sample & Patient</b>")
    browser = await desk.signed_in()
    for address in (DAY, "/desk/day/print?date=2026-11-24", "/desk/week?date=2026-11-24"):
        page = await browser.get(address)
        assert "&lt;b&gt;Sample &amp; Patient&lt;/b&gt;" in page.text
        assert "<b>Sample" not in page.text


async def test_a_past_day_without_visits_is_not_said_to_be_closed(desk: Desk) -> None:
    desk.clock.now += timedelta(days=7)
    browser = await desk.signed_in()
    page = (await browser.get(f"/desk/week?date=2026-11-24&practitioner={A}")).text
    assert page.count("Open, without visits") == 4
    assert page.count("Doesn’t work") == 3
