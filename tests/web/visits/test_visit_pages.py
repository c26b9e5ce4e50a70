"""Confirm, move and cancel by the links in a reminder, without a script."""

import re
from html import unescape

import httpx

from booking.appointments.hold import HoldRequest, hold_slot
from booking.storage.models.appointments import Appointment, AppointmentStatus
from tests.booking.notifications.bookings import SampleBooking
from tests.booking.reminders.reminded_clinic import DAY, HOUR, NINE, PRACTITIONERS
from tests.support.clinics import open_clinic, small_clinic
from tests.support.site import Site


async def stored(site: Site, booking: SampleBooking) -> Appointment:
    async with site.database.read() as session:
        return await session.get_one(Appointment, booking.appointments[0].id)


def fields(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of the page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in found}


async def test_one_tap_asks_and_the_button_confirms(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    address = f"/visits/{booking.token}"
    page = await patient.get(address)

    assert "Will you come?" in page.text
    assert page.text.index("Move or cancel online until") < page.text.index("Yes, I’ll be there")
    assert (await stored(site, booking)).confirmed_at is None

    thanks = await patient.post(address, data=fields(page), follow_redirects=True)
    assert "Thank you: your visit is confirmed" in thanks.text
    assert "Yes, I’ll be there" not in thanks.text
    assert (await stored(site, booking)).confirmed_at == site.clock.now


async def test_what_changed_since_the_page_was_shown_is_not_confirmed(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    page = await patient.get(f"/visits/{booking.token}")
    await booking.move(NINE + HOUR, at=site.clock.now)

    again = await patient.post(f"/visits/{booking.token}", data=fields(page), follow_redirects=True)

    assert "10:00" in again.text
    assert "Will you come?" in again.text
    assert (await stored(site, booking)).confirmed_at is None


async def test_a_visit_is_cancelled_by_a_page_that_shows_the_policy_first(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    address = f"/visits/{booking.token}/cancel"
    page = await patient.get(address)

    assert page.text.index("Move or cancel online until") < page.text.index("Yes, cancel it")
    assert (await stored(site, booking)).status is AppointmentStatus.BOOKED

    done = await patient.post(address, data=fields(page), follow_redirects=True)
    assert "<h1>Your visit is cancelled.</h1>" in done.text
    assert "416.545.1881" in done.text
    assert (await stored(site, booking)).status is AppointmentStatus.CANCELLED

    again = await patient.post(address, data=fields(page), follow_redirects=True)
    assert "<h1>Your visit is cancelled.</h1>" in again.text


async def test_a_visit_is_moved_to_a_time_that_is_shown(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    address = f"/visits/{booking.token}/move"
    times = await patient.get(address)
    at = re.findall(r'name="at" value="([^"]+)"', times.text)[-1]

    ask = await patient.get(address, params={**fields(times), "at": unescape(at)})
    assert "Move your visit?" in ask.text
    assert (await stored(site, booking)).starts_at == NINE

    done = await patient.post(address, data=fields(ask), follow_redirects=True)
    assert "Your visit is moved" in done.text
    assert (await stored(site, booking)).starts_at > NINE

    again = await patient.post(address, data=fields(ask), follow_redirects=True)
    assert again.status_code == httpx.codes.OK


async def test_a_time_that_somebody_else_took_is_refused_with_others(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    address = f"/visits/{booking.token}/move"
    wanted = {**fields(await patient.get(address)), "at": "2026-11-24T16:30Z@here"}
    ask = await patient.get(address, params=wanted)
    async with site.database.write() as session:
        await hold_slot(session, HoldRequest("visit", NINE + 2.5 * HOUR, "one"), now=site.clock.now)

    refused = await patient.post(address, data=fields(ask))

    assert refused.status_code == httpx.codes.CONFLICT
    assert "Somebody else has just taken this time." in refused.text
    assert 'name="at"' in refused.text
    assert (await stored(site, booking)).starts_at == NINE


async def test_a_visit_that_is_over_is_a_calm_page_with_the_number(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    site.clock.now = NINE + DAY

    for path in ("", "/move", "/cancel"):
        page = await patient.get(f"/visits/{booking.token}{path}", follow_redirects=True)
        assert "<h1>This visit is over.</h1>" in page.text
        assert "416.545.1881" in page.text


async def test_bad_input_changes_nothing(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    address = f"/visits/{booking.token}"
    for path, sent in (
        ("", {"seen": "nonsense@never"}),
        ("/cancel", {"visit": f"{booking.appointments[0].id}@2026-01-01T00:00:00+00:00"}),
        ("/move", {"visit": "", "at": "\0"}),
    ):
        response = await patient.post(f"{address}{path}", data=sent, follow_redirects=True)
        assert response.status_code == httpx.codes.OK
    row = await stored(site, booking)
    assert (row.status, row.confirmed_at, row.starts_at) == (AppointmentStatus.BOOKED, None, NINE)


def text_of(page: httpx.Response) -> str:
    """With ordinary spaces."""
    return re.sub(r"\s", " ", unescape(page.text))


def practitioners_in(page: httpx.Response) -> set[str]:
    """Whom the buttons of the page's times name."""
    return {code.rpartition("@")[2] for code in codes_in(page)}


def codes_in(page: httpx.Response) -> list[str]:
    return [unescape(code) for code in re.findall(r'name="at" value="([^"]+)"', page.text)]


async def test_a_visit_is_moved_to_a_time_that_overlaps_its_own(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    await open_clinic(
        site.database, small_clinic(practitioners=PRACTITIONERS)
    )  # It starts each quarter hour.
    address = f"/visits/{booking.token}/move"
    times = await patient.get(address)
    # Its own time is no other one, and its own day comes first.
    assert codes_in(times)[:2] == ["2026-11-24T14:15Z@here@one", "2026-11-24T14:30Z@here@one"]

    ask = await patient.get(address, params={**fields(times), "at": "2026-11-24T14:15Z@here@one"})
    assert "Sample Practitioner" not in ask.text
    await patient.post(address, data=fields(ask))
    assert (await stored(site, booking)).starts_at == NINE + HOUR / 4


async def test_a_visit_is_moved_to_another_practitioner_who_is_named_first(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    address = f"/visits/{booking.token}/move"
    times = await patient.get(address)
    assert '<input type="radio" name="with" value="one" checked>' in times.text
    assert practitioners_in(times) == {"one"}

    anyone = await patient.get(address, params={**fields(times), "with": ""})
    assert practitioners_in(anyone) == {"one", "two"}
    other = await patient.get(address, params={**fields(times), "with": "two"})
    assert practitioners_in(other) == {"two"}
    # At the time of the visit, the other practitioner's is another one.
    at = "2026-11-24T14:00Z@here@two"
    assert at in codes_in(other)
    ask = await patient.get(address, params={**fields(other), "at": at})
    assert re.search("<del[^>]*>Sample Practitioner one</del>.*Sample Practitioner two", ask.text)

    done = await patient.post(address, data=fields(ask), follow_redirects=True)
    assert "Your visit is moved" in done.text
    moved = await stored(site, booking)
    assert (moved.practitioner, moved.starts_at) == ("two", NINE)


async def test_a_visit_that_is_soon_is_cancelled_within_the_grace_and_booked_again(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    policy = {"cancellation_notice": "48 h"}
    await open_clinic(site.database, small_clinic(practitioners=PRACTITIONERS, policy=policy))
    address = f"/visits/{booking.token}"
    page = await patient.get(address)
    assert "Until 7:15 a.m. you can cancel online. After that, please call us." in text_of(page)
    assert f"{address}/move" not in page.text

    ask = await patient.get(f"{address}/cancel")
    done = await patient.post(f"{address}/cancel", data=fields(ask), follow_redirects=True)
    assert "<h1>Your visit is cancelled.</h1>" in done.text
    assert "You can undo this until 7:15 a.m." in text_of(done)

    again = await patient.post(f"{address}/undo", data=fields(done), follow_redirects=True)
    assert "Your visit is booked again." in again.text
    assert (await stored(site, booking)).status is AppointmentStatus.BOOKED


async def test_a_cancellation_that_can_not_be_undone_leads_to_other_times(
    site: Site, booking: SampleBooking, patient: httpx.AsyncClient
) -> None:
    address = f"/visits/{booking.token}"
    ask = await patient.get(f"{address}/cancel")
    done = await patient.post(f"{address}/cancel", data=fields(ask), follow_redirects=True)
    async with site.database.write() as session:
        await hold_slot(session, HoldRequest("visit", NINE, "one"), now=site.clock.now)

    refused = await patient.post(f"{address}/undo", data=fields(done))

    assert refused.status_code == httpx.codes.CONFLICT
    assert "Somebody else has just taken this time." in refused.text
    assert "/book/visit/times?lang=en&amp;with=one&amp;from=2026-11-24" in refused.text
    assert (await stored(site, booking)).status is AppointmentStatus.CANCELLED
    site.clock.now += HOUR
    late = await patient.post(f"{address}/undo", data=fields(done))
    assert "It is too late to undo this." in late.text
    nonsense = await patient.post(f"{address}/undo", data={"visit": "nonsense"})
    assert nonsense.status_code == httpx.codes.SEE_OTHER
