"""The page behind the link to move or cancel: `/manage#token`."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Route, expect
from sqlalchemy import select

from booking.appointments.status import set_status
from booking.domain.actor import Actor, ActorKind
from booking.storage.models.appointments import Appointment, AppointmentStatus
from tests.support.clinics import edit_file
from tests.support.graphql_client import practitioner_id, service_id
from tests.support.site import Site, running_site
from tests.widget.visitor import Visitor


@pytest.fixture
async def token(site: Site) -> str:
    """Of a visit on Tuesday at 7:00 with practitioner A."""
    booked = await site.api.hold_and_book("2026-11-24T07:00:00-05:00", practitionerId=practitioner_id("a"))
    secret: str = booked["manageToken"]
    # Long enough before the visit to change it: the notice is a day.
    site.clock.now -= timedelta(hours=1)
    return secret


async def statuses(site: Site) -> dict[str, str]:
    """By the start in Coordinated Universal Time."""
    async with site.database.read() as session:
        visits = await session.scalars(select(Appointment))
        return {f"{visit.starts_at:%d %H:%M}": visit.status.name for visit in visits}


async def test_a_visit_is_moved(site: Site, visitor: Visitor, token: str) -> None:
    await visitor.page.goto(f"{site.url}/manage#{token}")
    await expect(visitor.heading("Your visit")).to_be_visible()
    await expect(
        visitor.page.get_by_text("Move or cancel online until Monday, November 23, 7:00 a.m.")
    ).to_be_visible()
    await visitor.button("Move the visit of Tuesday, November 24, 7:00 a.m.").click()
    await visitor.arrives_at("When would you like to come instead?")
    await visitor.chooses("Wednesday, November 25", "9:00 a.m.")
    await visitor.arrives_at("Move your visit?")
    await visitor.button("Move my visit").click()

    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text("Your visit is moved to Wednesday, November 25, 9:00 a.m.")
    assert await statuses(site) == {"25 14:00": "BOOKED"}
    assert await site.is_open("2026-11-24", "07:00")


async def test_a_visit_is_moved_by_a_quarter_of_an_hour_and_to_another_practitioner(
    site: Site, visitor: Visitor, token: str
) -> None:
    await visitor.page.goto(f"{site.url}/manage#{token}")
    await visitor.button("Move the visit of Tuesday, November 24, 7:00 a.m.").click()
    await visitor.arrives_at("When would you like to come instead?")
    # Its own time is no other one; what overlaps it is.
    await expect(visitor.page.get_by_role("button", name="7:15 a.m.")).to_be_visible()
    await expect(visitor.page.get_by_role("button", name="7:00 a.m.")).to_have_count(0)

    await visitor.button("Show other practitioners").click()
    people = visitor.page.get_by_role("radiogroup", name="Practitioner").get_by_role("radio")
    await expect(people.and_(visitor.page.get_by_label("Sample Practitioner A"))).to_be_focused()
    other = people.and_(visitor.page.get_by_label("Sample Practitioner B"))
    await expect(other).to_have_accessible_name(re.compile(r"Next: Mon, Nov 23, 11:00\sa.m."))
    await other.check()
    await visitor.chooses("Wednesday, November 25", "4:00 p.m.")
    await visitor.arrives_at("Move your visit?")
    await expect(visitor.page.get_by_text("Sample Practitioner B")).to_be_visible()
    # Back to the times of the same practitioner.
    await visitor.button("Back").click()
    await expect(other).to_be_checked()
    await visitor.chooses("Wednesday, November 25", "4:00 p.m.")
    await visitor.button("Move my visit").click()

    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text("Your visit is moved to Wednesday, November 25, 4:00 p.m.")
    await expect(visitor.page.get_by_text("Sample Practitioner B")).to_be_visible()
    assert await statuses(site) == {"25 21:00": "BOOKED"}


async def test_a_visit_is_cancelled_only_after_a_second_thought(
    site: Site, visitor: Visitor, token: str
) -> None:
    await visitor.page.goto(f"{site.url}/manage#{token}")
    await visitor.button("Cancel the visit of Tuesday, November 24, 7:00 a.m.").click()
    await visitor.arrives_at("Cancel this visit?")
    await visitor.button("Back").click()
    await visitor.arrives_at("Your visit")
    await expect(visitor.heading("How to prepare")).to_be_visible()
    assert await statuses(site) == {"24 12:00": "BOOKED"}

    await visitor.button("Cancel the visit of Tuesday, November 24, 7:00 a.m.").click()
    await visitor.button("Yes, cancel it").click()
    await expect(visitor.page.get_by_role("alert")).to_contain_text("Your visit is cancelled.")
    await expect(visitor.page.get_by_role("button")).to_have_count(1)  # to undo it
    assert await statuses(site) == {"24 12:00": "CANCELLED"}
    # What comes next is another visit, not the preparation for this one.
    await expect(visitor.heading("How to prepare")).to_have_count(0)
    await visitor.page.get_by_role("link", name="Book again").click()
    await expect(visitor.heading("Choose a time")).to_be_visible()
    await expect(
        visitor.page.get_by_text("Dry needling, first visit · Sample Practitioner A")
    ).to_be_visible()


async def test_a_cancellation_is_undone_while_the_time_is_free(
    site: Site, visitor: Visitor, token: str
) -> None:
    await visitor.page.goto(f"{site.url}/manage#{token}")
    await visitor.button("Cancel the visit of Tuesday, November 24, 7:00 a.m.").click()
    await visitor.button("Yes, cancel it").click()
    await expect(visitor.page.get_by_text("You can undo this until 6:15 a.m.")).to_be_visible()
    await visitor.page.reload()
    undo = visitor.button("Undo: book the visit of Tuesday, November 24, 7:00 a.m. again")
    await undo.click()
    alert = visitor.page.get_by_role("alert")
    await expect(alert).to_contain_text("Your visit is booked again.")
    assert await statuses(site) == {"24 12:00": "BOOKED"}

    await visitor.button("Cancel the visit of Tuesday, November 24, 7:00 a.m.").click()
    await visitor.button("Yes, cancel it").click()
    await expect(undo).to_be_visible()
    site.clock.now += timedelta(hours=1)
    await site.api.hold_and_book("2026-11-24T07:00:00-05:00", practitionerId=practitioner_id("a"))
    site.clock.now -= timedelta(hours=1)
    await undo.click()
    await expect(alert).to_contain_text("Somebody else has just taken this time.")
    await alert.get_by_role("button", name="Tue, Nov 24, 8:00 a.m.").click()
    await expect(visitor.heading("Choose a time")).to_be_visible()


async def test_a_visit_inside_the_notice_is_cancelled_for_a_quarter_of_an_hour(
    site: Site, visitor: Visitor
) -> None:
    booked = await site.api.hold_and_book("2026-11-23T10:00:00-05:00")
    await visitor.page.goto(f"{site.url}/manage#{booked['manageToken']}")
    await expect(
        visitor.page.get_by_text("Until 7:15 a.m. you can cancel online. After that, please call us.")
    ).to_be_visible()
    await expect(visitor.page.get_by_role("button", name="Move the visit")).to_have_count(0)
    await visitor.page.get_by_role("button", name="Cancel the visit").click()
    await visitor.button("Yes, cancel it").click()

    await expect(visitor.page.get_by_role("alert")).to_contain_text("Your visit is cancelled.")
    assert await statuses(site) == {"23 15:00": "CANCELLED"}


async def test_one_visit_of_a_course_is_moved(site: Site, visitor: Visitor) -> None:
    days = ("2026-11-25", "2026-12-02", "2026-12-09")
    holds = [
        await site.api.hold(
            f"{day}T16:00:00-05:00", service="dry-needling-course", practitionerId=practitioner_id("b")
        )
        for day in days
    ]
    course = await site.api.book_course([hold["holdToken"] for hold in holds])
    assert course["problems"] == [], (course, service_id())
    await visitor.page.goto(f"{site.url}/manage#{course['manageToken']}")
    await expect(visitor.heading("Your visits")).to_be_visible()
    await visitor.button("Move the visit of Wednesday, December 2, 4:00 p.m.").click()
    await visitor.chooses("Friday, December 4", "9:00 a.m.")
    await visitor.button("Move my visit").click()

    await expect(visitor.button("Move the visit of Friday, December 4, 9:00 a.m.")).to_be_visible()
    assert await statuses(site) == {"25 21:00": "BOOKED", "04 14:00": "BOOKED", "09 21:00": "BOOKED"}


async def test_a_change_inside_the_notice_is_referred_to_the_phone(
    site: Site, visitor: Visitor, token: str
) -> None:
    await visitor.page.goto(f"{site.url}/manage#{token}")
    await visitor.button("Cancel the visit of Tuesday, November 24, 7:00 a.m.").click()
    site.clock.now += timedelta(hours=12)
    await visitor.button("Yes, cancel it").click()

    await expect(visitor.page.get_by_role("alert")).to_contain_text(
        "It is too late to change this visit online."
    )
    await expect(visitor.page.get_by_role("link", name="Call us: 416.545.1881")).to_be_visible()
    await visitor.page.reload()
    await expect(visitor.page.get_by_text("It is too late to change this visit online.")).to_be_visible()
    await expect(visitor.page.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("fragment", ["", "#", "#nonsense", "#%E0%A4%A"])
async def test_an_invalid_manage_link_says_so(site: Site, visitor: Visitor, fragment: str) -> None:
    await visitor.page.goto(f"{site.url}/manage{fragment}")
    await expect(visitor.heading("This link does not work")).to_be_visible()
    await expect(visitor.page.get_by_role("link", name="Call us: 416.545.1881")).to_be_visible()


async def test_the_manage_token_is_in_no_requested_url(site: Site, visitor: Visitor, token: str) -> None:
    bodies: list[str] = []
    visitor.page.on("request", lambda request: bodies.append(request.post_data or ""))
    await visitor.page.goto(f"{site.url}/manage#{token}")
    await expect(visitor.heading("Your visit")).to_be_visible()
    assert any(token in body for body in bodies)
    assert visitor.page.url.endswith(f"#{token}")
    assert [url for url in visitor.requests if token in url.partition("#")[0]] == []


async def test_the_page_in_the_other_language_knows_the_visit_too(
    site: Site, visitor: Visitor, token: str
) -> None:
    await visitor.page.goto(f"{site.url}/manage#{token}")
    await expect(visitor.heading("Your visit")).to_be_visible()

    await visitor.page.get_by_role("link", name="Français").click()

    await expect(visitor.heading("Votre rendez-vous")).to_be_visible()


async def test_a_visit_that_is_moved_far_is_screened_again(sqlite_url: str, visitor: Visitor) -> None:
    policy = {'cancellation_notice = "24 h"': 'cancellation_notice = "0 min"\nscreening_valid = "1 day"'}
    async with running_site(sqlite_url, edit_file(policy)) as site:
        token = (await site.api.hold_and_book("2026-11-24T07:00:00-05:00"))["manageToken"]
        await visitor.page.goto(f"{site.url}/manage#{token}")
        await visitor.button("Move the visit of Tuesday, November 24, 7:00 a.m.").click()
        await visitor.chooses("Wednesday, November 25", "9:00 a.m.")
        await visitor.button("Move my visit").click()
        await visitor.arrives_at("Does any of these apply to you?")
        await expect(visitor.page.get_by_text("My answers are true and complete")).to_be_visible()
        await visitor.button("None of these").click()
        alert = visitor.page.get_by_role("alert")
        await expect(alert).to_contain_text("Your visit is moved to Wednesday, November 25, 9:00 a.m.")
        assert await statuses(site) == {"25 14:00": "BOOKED"}


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (AppointmentStatus.ARRIVED, "It is too late to change this visit online. Please call us."),
        (AppointmentStatus.CHECKED_IN, "It is too late to change this visit online. Please call us."),
        (AppointmentStatus.FULFILLED, "This visit is over."),
        (AppointmentStatus.NOSHOW, "This visit is over."),
    ],
)
async def test_a_visit_of_each_status_stands_and_is_changed_by_phone(
    site: Site, visitor: Visitor, token: str, status: AppointmentStatus, said: str
) -> None:
    at = datetime.fromisoformat("2026-11-24T06:50:00-05:00")
    async with site.database.write() as session:
        [row] = await session.scalars(select(Appointment))
        actor = Actor(ActorKind.STAFF, "reception", "10.0.0.7")
        await set_status(session, row.id, status, version=0, actor=actor, now=at)
    await visitor.page.clock.set_fixed_time(at)
    await visitor.page.goto(f"{site.url}/manage#{token}")
    await expect(visitor.page.get_by_text(said)).to_be_visible()
    await expect(visitor.page.get_by_role("link", name="Add to calendar")).to_be_visible()
    await expect(visitor.page.get_by_role("button")).to_have_count(0)


async def test_a_status_that_this_widget_does_not_know_is_shown_as_a_visit_that_stands(
    site: Site, visitor: Visitor, token: str
) -> None:
    async def of_a_later_version(route: Route) -> None:
        response = await route.fetch()
        text = (await response.text()).replace('"BOOKED"', '"WAITLISTED"')
        await route.fulfill(response=response, body=text)

    await visitor.page.route("**/graphql", of_a_later_version)
    await visitor.page.goto(f"{site.url}/manage#{token}")
    await expect(visitor.heading("Your visit")).to_be_visible()
    await expect(visitor.page.get_by_role("link", name="Add to calendar")).to_be_visible()
    await expect(visitor.page.get_by_text("Cancelled", exact=True)).to_have_count(0)
