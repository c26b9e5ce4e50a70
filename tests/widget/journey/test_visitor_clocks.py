"""A visitor whose own clock is wrong, or in another zone, books the clinic's time all the same."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.support.clinics import NOW, edit_file
from tests.support.site import Site, running_site
from tests.widget.visitor import Visitor


@pytest.mark.parametrize("wrong_by", [timedelta(days=-1), timedelta(days=1), timedelta(hours=-9)])
async def test_a_visit_is_booked_by_a_clock_that_is_wrong(
    site: Site, visitor: Visitor, wrong_by: timedelta
) -> None:
    await visitor.page.clock.install(time=NOW + wrong_by)
    await visitor.comes_to_details(site.url, day="Thursday, November 26", time="9:00 a.m.")
    await visitor.button("Book this visit").click()
    await visitor.is_booked()

    await expect(visitor.page.get_by_text("Thursday, November 26, 9:00 a.m.")).to_be_visible()
    assert await site.is_taken("2026-11-26", "09:00")


OTHER_ZONE_DATA = """() => {
  const Format = Intl.DateTimeFormat;
  const replaced = { 'America/Toronto': 'OTHER' };
  Intl.DateTimeFormat = function (locale, options) {
    const { timeZone = '' } = options ?? {};
    if (timeZone in replaced && replaced[timeZone] === 'Unknown') throw new RangeError('unknown zone');
    return new Format(locale, { ...options, timeZone: replaced[timeZone] ?? options?.timeZone });
  };
  Intl.DateTimeFormat.prototype = Format.prototype;
}"""


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Pacific/Kiritimati", "Unknown"])
async def test_the_servers_wall_clock_is_shown_where_the_browsers_data_differ(
    site: Site, visitor: Visitor, zone: str
) -> None:
    """The calendar, the day, the times, the summary, the booking and the manage page: all by the server."""
    await visitor.page.add_init_script(f"({OTHER_ZONE_DATA.replace('OTHER', zone)})()")
    page = visitor.page

    await visitor.comes_to_details(site.url, day="Thursday, November 26", time="9:00 a.m.")
    await expect(page.get_by_text("Thu, Nov 26, 9:00 a.m.")).to_be_visible()
    await visitor.button("Book this visit").click()
    manage = await visitor.is_booked()
    await expect(page.get_by_text("Thursday, November 26, 9:00 a.m.")).to_be_visible()
    assert await site.is_taken("2026-11-26", "09:00")

    await page.goto(manage)
    await expect(page.locator(".hour")).to_have_text("Thursday, November 26, 9:00 a.m.")
    await expect(page.get_by_text("11:00 p.m. your time")).to_be_visible()
    await expect(page.get_by_text("until Wednesday, November 25, 9:00 a.m.")).to_be_visible()
    await visitor.button("Move the visit of Thursday, November 26, 9:00 a.m.").click()
    await expect(page.get_by_text("Times are in Toronto time (UTC\u22125).")).to_be_visible()


async def test_today_and_the_opening_hours_are_the_clinics(site: Site, visitor: Visitor) -> None:
    """Late in the evening in Toronto, when it is tomorrow by the browser's data of that zone."""
    late = NOW.replace(day=24, hour=4)
    site.clock.now = late
    await visitor.page.clock.set_fixed_time(late)
    await visitor.page.add_init_script(f"({OTHER_ZONE_DATA.replace('OTHER', 'Asia/Kolkata')})()")

    await visitor.opens(site.url)

    await expect(visitor.page.locator("td .today")).to_contain_text("23")
    await expect(visitor.dialog.get_by_text("Opens tomorrow at 7:00 a.m.")).to_be_visible()


async def test_a_visitor_at_home_is_told_no_second_time(database_url: str, visitor: Visitor) -> None:
    """The visitor is in the clinic's zone, of which the browser has other data."""
    clinic = edit_file({'time_zone = "America/Toronto"': 'time_zone = "Asia/Tokyo"'})
    script = OTHER_ZONE_DATA.replace("America/Toronto", "Asia/Tokyo").replace("OTHER", "Asia/Kolkata")
    await visitor.page.add_init_script(f"({script})()")
    async with running_site(database_url, clinic) as site:
        await visitor.opens(site.url)

        await expect(visitor.page.get_by_text("Times are in Tokyo time (UTC+9).")).to_be_visible()
        await expect(visitor.page.get_by_text("your time")).to_have_count(0)
