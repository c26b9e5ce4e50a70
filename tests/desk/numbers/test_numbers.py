"""The numbers at the desk, over HTTP: the page, and the file for spreadsheets."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from booking.appointments.status import set_status
from booking.domain.role import Role
from booking.storage.models.appointments import AppointmentStatus
from tests.booking.notifications.bookings import make_booking
from tests.desk.day.test_day import NINE, TWO, A, D, words
from tests.desk.desk_server import OPERATOR, Desk, running_desk
from tests.support.clinics import SAMPLE, edit_file

PAGE = "/desk/numbers?first=2026-11-23&last=2026-11-29"
FILE = "/desk/numbers.csv?first=2026-11-23&last=2026-11-29"
AFTER = NINE + timedelta(days=7)
ALL, KIND, NAME = "All", "Group", "Name"


async def fill(desk: Desk) -> None:
    """One visit of D that took place; two of A: one missed, one cancelled."""
    service = "physiotherapy-assessment"
    came = await make_booking(desk.database, TWO, service=service, practitioner=D)
    missed = await make_booking(desk.database, NINE, service=service, practitioner=A)
    cancelled = await make_booking(desk.database, NINE + timedelta(hours=3), service=service, practitioner=A)
    await cancelled.cancel(at=desk.clock.now)
    outcomes = ((came, AppointmentStatus.FULFILLED), (missed, AppointmentStatus.NOSHOW))
    for booking, status in outcomes:
        async with desk.database.write() as session:
            appointment = booking.appointments[0].id
            await set_status(session, appointment, status, version=None, actor=OPERATOR, now=AFTER)
    desk.clock.now = AFTER


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("role", [Role.OWNER, Role.RECEPTION])
async def test_the_front_desk_sees_the_numbers_of_all(desk: Desk, role: Role) -> None:
    await fill(desk)
    text = words(await (await desk.signed_in(role)).get(PAGE))
    for piece in (
        "Monday, November 23, 2026 to Sunday, November 29, 2026",
        "Visits 2 Fill rate 2% 2 h of 114 h",
        "No-shows 1 50% of 2 Lead time 1 day Cancelled 1",
        "Sample Practitioner A 3% 1 h 30 h 1 1 (100%) 1 day 1",
        "Physiotherapy assessment 2 1 (50%) 1 day 1",
        "Online 2 1 (50%) 1 day 1",
        "Done 1 No-show 1 Cancelled 1",
    ):
        assert piece in text


async def test_a_practitioner_sees_the_own_numbers_alone(desk: Desk) -> None:
    await fill(desk)
    browser = await desk.signed_in(Role.PRACTITIONER, D)
    text = words(await browser.get(PAGE))
    assert "Sample Practitioner D" in text
    assert "Sample Practitioner A" not in text
    assert "Visits 1" in text
    assert "No-shows 0 0% of 1" in text
    names = [row[NAME] for row in rows_of(await browser.get(FILE))]
    assert names == ["", "Sample Practitioner D", "Physiotherapy assessment", "Online"]


async def test_a_chart_has_a_name_and_its_values_are_in_a_table(desk: Desk) -> None:
    await fill(desk)
    page = (await (await desk.signed_in()).get(PAGE)).text
    charts = re.findall(r'<div class="chart" role="img" aria-label="([^"]+)">(.*?)</div>', page, re.DOTALL)
    assert len(charts) == 4
    for label, chart in charts:
        assert "The table below has the same values." in label
        below = page[page.index(chart) + len(chart) :]
        table = below[: below.index("</table>")]
        bars = re.findall(r"<span>(.*?)</span> <b>(.*?)</b>", chart)
        assert bars
        for name, value in bars:
            assert re.search(f">{re.escape(name)}</th>.*?>{re.escape(value)}(?: <|</td>)", table, re.DOTALL)
        for width in re.findall(r'class="part" width="([\d.]+)%"', chart):
            assert 0 <= float(width) <= 100
    assert "style=" not in page


async def test_the_page_and_the_file_are_in_french_too(desk: Desk) -> None:
    await fill(desk)
    browser = await desk.signed_in()
    page = await browser.get(f"{PAGE}&lang=fr")
    text = words(page)
    assert "Du lundi 23 novembre 2026 au dimanche 29 novembre 2026" in text
    assert "Absences 1 50 % de 2 Délai 1 jour Annulés 1" in text
    assert "Évaluation en physiothérapie" in text
    assert "lang=fr" in page.text[page.text.index("/desk/numbers.csv") :].split('"')[0]
    [total, *_] = rows_of(await browser.get(f"{FILE}&lang=fr"))
    assert (total["Groupe"], total["Rendez-vous"], total["Absences (%)"]) == ("Total", "2", "50")


async def test_without_days_it_is_the_four_weeks_until_today_on_the_clinics_calendar(desk: Desk) -> None:
    desk.clock.now = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)  # still Tuesday in Toronto
    page = await (await desk.signed_in()).get("/desk/numbers")
    assert 'name="first" type="date" min="2000-01-01" max="2199-12-31" value="2026-10-28"' in page.text
    assert 'name="last" type="date" min="2000-01-01" max="2199-12-31" value="2026-11-24"' in page.text
    assert "No visits in these days." in words(page)
    assert "<table" not in page.text
    for query in ("first=2026-10-28", "last=2026-11-24"):
        same = await (await desk.signed_in(name=query)).get(f"/desk/numbers?{query}")
        assert 'value="2026-10-28"' in same.text
        assert 'value="2026-11-24"' in same.text


async def test_the_spans_that_the_page_offers_can_be_shown(desk: Desk) -> None:
    browser = await desk.signed_in()
    page = (await browser.get("/desk/numbers")).text
    links = re.findall(r'href="(/desk/numbers\?first=[^"]+)"', page)
    assert [link.replace("&amp;", "&") for link in links] == [
        "/desk/numbers?first=2026-10-27&last=2026-11-23",
        "/desk/numbers?first=2026-10-01&last=2026-10-31",
        "/desk/numbers?first=2025-11-24&last=2026-11-23",
    ]
    for link in links:
        assert (await browser.get(link.replace("&amp;", "&"))).status_code == 200


WRONG = [
    ("first=2026-02-30&last=2026-03-01", "first", "Please give a date, such as 2026-11-25."),
    ("first=2026-03-01&last=1066-10-14", "last", "Please give a date, such as 2026-11-25."),
    ("first=2026-03-01&last=<script>", "last", "Please give a date, such as 2026-11-25."),
    ("first=2026-03-02&last=2026-03-01", "last", "The last day is before the first."),
    ("first=2026-01-01&last=2027-01-02", "last", "Please choose 366 days at most."),
    ("first=0000-00-00", "first", "Please give a date, such as 2026-11-25."),
    ("first=2000-01-01&last=2199-12-31", "last", "Please choose 366 days at most."),
]


@pytest.mark.parametrize(("query", "field", "problem"), WRONG)
@pytest.mark.parametrize("address", ["/desk/numbers", "/desk/numbers.csv"])
async def test_wrong_days_bring_the_form_again_with_what_is_wrong(
    desk: Desk, address: str, query: str, field: str, problem: str
) -> None:
    page = await (await desk.signed_in()).get(f"{address}?{query}")
    assert page.status_code == 400
    assert "content-disposition" not in page.headers
    assert f'<p class="error" id="{field}-problem">{problem}' in page.text
    assert page.text.count('aria-invalid="true"') == 1
    assert "<script>" not in page.text
    french = await (await desk.signed_in(name="Sample Owner 2")).get(f"{address}?{query}&lang=fr")
    assert f'<p class="error" id="{field}-problem">' in french.text
    assert problem not in french.text


@pytest.mark.parametrize("query", ["first=2026-01-01&last=2027-01-01", "first=2199-12-31", "last=2000-01-01"])
async def test_the_longest_span_and_the_ends_of_the_calendar_are_counted(desk: Desk, query: str) -> None:
    assert (await (await desk.signed_in()).get(f"/desk/numbers?{query}")).status_code == 200


async def test_the_file_has_the_rows_of_the_page(desk: Desk) -> None:
    await fill(desk)
    answer = await (await desk.signed_in()).get(FILE)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="numbers-2026-11-23-2026-11-29.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content.startswith(b"\xef\xbb\xbfGroup,Name,Visits,Booked,")
    assert answer.content.endswith(b"\r\n")
    assert answer.content.count(b"\n") == answer.content.count(b"\r\n")
    rows = rows_of(answer)
    practitioners = [row for row in rows if row[KIND] == "Practitioner"]
    shown = {
        row[NAME]: (row["Visits"], row["No-shows (%)"], row["Booked (minutes)"]) for row in practitioners
    }
    assert shown["Sample Practitioner A"] == ("1", "100", "60")
    assert shown["Sample Practitioner D"] == ("1", "0", "60")
    [total] = [row for row in rows if row[KIND] == ALL]
    assert (total["Visits"], total["Cancelled"], total["Lead time (days)"]) == ("2", "1", "1")
    assert int(total["Open (minutes)"]) == sum(int(row["Open (minutes)"]) for row in practitioners)
    assert [row[KIND] for row in rows if row[KIND] not in (ALL, "Practitioner")] == [
        "Service",
        "Way of booking",
    ]


@pytest.mark.parametrize("start", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", '=HYPERLINK(\\"x\\", \\"a, b\\")'])
async def test_a_cell_that_begins_like_a_formula_is_text(sqlite_url: str, start: str) -> None:
    clinic = edit_file({'name = "Sample Practitioner A"': f'name = "{start}"'}, SAMPLE)
    async with running_desk(sqlite_url, clinic) as desk:
        await fill(desk)
        browser = await desk.signed_in()
        names = [row[NAME] for row in rows_of(await browser.get(FILE))]
        plain = start.replace("\\", "")
        assert f"'{plain}" in names
        assert plain not in names
        assert not [name for name in names if name.startswith(tuple("=+-@\t\r"))]
        assert plain in words(await browser.get(PAGE))


async def test_numbers_are_for_members_alone_and_name_no_patient(desk: Desk) -> None:
    await fill(desk)
    for address in (PAGE, FILE):
        stranger = await (await desk.browser()).get(address)
        assert stranger.status_code == 303
        assert stranger.headers["location"].startswith("/desk/sign-in?")
    browser = await desk.signed_in(Role.RECEPTION)
    for address in (PAGE, FILE):
        assert "Sample Patient" not in (await browser.get(address)).text
    assert 'href="/desk/numbers"' in (await browser.get("/desk/account")).text
