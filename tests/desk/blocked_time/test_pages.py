"""Blocked time at the desk, through HTTP: added, asked about, removed, and nobody else's."""

import re
import uuid
from datetime import timedelta
from html import unescape

from sqlalchemy import select

from booking.domain.role import Role
from booking.storage.models.appointments import Appointment
from booking.storage.models.audit import AuditAction, AuditEvent
from booking.storage.models.desk.offered_times import OfferedTime
from booking.storage.models.outbox import MAIL_LISTENER
from booking.storage.queries.outbox import register_listeners
from booking.timegrid.ticks import DAY
from tests.booking.appointments.blocked_clinic import (
    NINE,
    SATURDAY,
    impossible,
    starts_of,
    visit,
)
from tests.desk.blocked_time.blocked_pages import BREAK, LIST, blocks, extra_hours, hidden_fields, post, press
from tests.desk.desk_server import Desk
from tests.support.graphql_client import shows_phone


async def test_reception_blocks_an_hour_and_removes_it_again(desk: Desk) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    answer = await post(browser, BREAK | {"label": "Team <b>meeting</b>"})
    assert (answer.status_code, answer.headers["location"]) == (303, LIST)
    assert NINE not in await starts_of(desk.database)

    page = (await browser.get(LIST)).text
    assert "Team &lt;b&gt;meeting&lt;/b&gt;" in page
    [block] = await blocks(desk)
    assert f'href="{LIST}/{block.id}"' in page
    assert "No visit is in the way." in (await browser.get(f"{LIST}/{block.id}")).text

    assert (await press(browser, f"{LIST}/{block.id}/remove")).status_code == 303
    assert NINE in await starts_of(desk.database)
    for again in (press(browser, f"{LIST}/{block.id}/remove"), browser.get(f"{LIST}/{block.id}")):
        assert (await again).status_code == 404


async def test_a_weekly_block_is_one_line_and_goes_by_day_or_as_a_whole(desk: Desk) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    weekly = {"weekday": ["1", "3"], "until": "2026-12-10"}
    assert (await post(browser, BREAK | weekly)).status_code == 303
    rows = await blocks(desk)
    assert len(rows) == 6

    page = (await browser.get(LIST)).text
    assert page.count('id="blocked-') == 1
    assert "Tuesday, Thursday, 6 days to come, up to Thursday, December 10" in page
    await press(browser, f"{LIST}/{rows[0].id}/remove")
    assert [row.id for row in await blocks(desk)] == [row.id for row in rows[1:]]
    await press(browser, f"{LIST}/{rows[1].id}/remove", series="1")
    assert await blocks(desk) == []


async def test_until_further_notice_is_a_year(desk: Desk) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    assert (await post(browser, BREAK | {"kind": "absence", "to": "", "endless": "1"})).status_code == 303
    [block] = await blocks(desk)
    assert (block.ends_at - block.starts_at).days == 366


async def test_over_visits_the_page_lists_them_and_asks_before_anything_changes(desk: Desk) -> None:
    booked = await visit(desk.database)
    async with desk.database.write() as session:
        await register_listeners(session, [MAIL_LISTENER])
    browser = await desk.signed_in(Role.RECEPTION)

    asked = await post(browser, BREAK | {"label": "Dentist"})
    assert asked.status_code == 200
    assert "One visit is in this time" in asked.text
    assert f'href="/desk/visits/{booked.appointments[0].id}"' in asked.text
    assert "Sample Patient" in asked.text
    times = re.findall(r"<li>([^<]+)</li>", asked.text)
    assert [re.sub(r"\s", " ", time) for time in times] == [
        f"Tuesday, November 24, {clock} a.m." for clock in ("10:00", "10:30", "11:00")
    ]
    assert await blocks(desk) == []

    answer = await post(browser, hidden_fields(asked) | {"over": "offer"})
    [block] = await blocks(desk)
    assert block.label == "Dentist"
    assert answer.headers["location"] == f"{LIST}/{block.id}"
    assert await impossible(desk.database) == [booked.appointments[0].id]
    async with desk.database.read() as session:
        assert len((await session.scalars(select(OfferedTime))).all()) == 3
        actions = (await session.scalars(select(AuditEvent.detail))).all()
    assert "visits in the way of blocked time" in actions
    page = (await browser.get(f"{LIST}/{block.id}")).text
    assert "One visit needs another time" in page
    assert "Mailed " in page
    assert "Send other times by mail" not in page


async def test_the_desk_may_call_first_and_send_the_mails_later(desk: Desk) -> None:
    await visit(desk.database)
    async with desk.database.write() as session:
        await register_listeners(session, [MAIL_LISTENER])
    browser = await desk.signed_in(Role.RECEPTION)
    await post(browser, BREAK | {"over": "call"})
    [block] = await blocks(desk)
    page = (await browser.get(f"{LIST}/{block.id}")).text
    assert "Send other times by mail" in page
    assert "Mailed " not in page

    assert (await press(browser, f"{LIST}/{block.id}/offer")).status_code == 303
    assert "Mailed " in (await browser.get(f"{LIST}/{block.id}")).text


async def test_hidden_names_are_not_in_the_page_and_no_look_is_recorded(desk: Desk) -> None:
    booked = await visit(desk.database)
    browser = await desk.signed_in(Role.RECEPTION)
    await browser.post("/desk/account/hide-names", data={"hide": "1"})

    page = await post(browser, BREAK)
    assert booked.appointments[0].reference in page.text
    assert "Sample Patient" not in page.text
    assert not shows_phone(page.text)
    async with desk.database.read() as session:
        looks = select(AuditEvent).where(
            AuditEvent.action == AuditAction.READ, AuditEvent.patient == booked.appointments[0].patient
        )
        assert (await session.scalars(looks)).all() == []


async def test_extra_hours_are_added_and_taken_back_with_a_question(desk: Desk) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    hours = {"kind": "extra", "practitioner": "one", "day": "2026-11-28", "from": "14:00", "to": "16:00"}
    assert (await post(browser, hours)).status_code == 303
    assert SATURDAY in await starts_of(desk.database, day=SATURDAY)
    [row] = await extra_hours(desk)
    assert f'id="extra-{row.id}"' in (await browser.get(LIST)).text
    booked = await visit(desk.database, SATURDAY)

    remove = f"/desk/extra-hours/{row.id}/remove"
    asked = await press(browser, remove)
    assert "One visit is in this time" in asked.text
    assert len(await extra_hours(desk)) == 1
    assert (await press(browser, remove, over="call")).status_code == 303
    assert await extra_hours(desk) == []
    assert await impossible(desk.database) == [booked.appointments[0].id]


async def test_a_practitioner_writes_their_own_column_alone(desk: Desk) -> None:
    reception = await desk.signed_in(Role.RECEPTION)
    await post(reception, BREAK | {"practitioner": "two"})
    hours = {"kind": "extra", "practitioner": "two", "day": "2026-11-28", "from": "14:00", "to": "16:00"}
    await post(reception, hours)
    [others], [others_hours] = await blocks(desk), await extra_hours(desk)
    browser = await desk.signed_in(Role.PRACTITIONER, "one")

    assert "Sample Practitioner two" not in (await browser.get(LIST)).text
    for form in (BREAK | {"practitioner": "two"}, hours):
        assert (await post(browser, form)).status_code == 422
    unknown = uuid.uuid4()
    for method, path in (
        ("GET", LIST + "/{id}"),
        ("POST", LIST + "/{id}/remove"),
        ("POST", LIST + "/{id}/offer"),
    ):
        paths = [path.format(id=id_) for id_ in (others.id, unknown, "x")]
        answers = [await (browser.get(each) if method == "GET" else press(browser, each)) for each in paths]
        assert [answer.status_code for answer in answers] == [404] * 3
        assert answers[0].text == answers[1].text
    assert (await press(browser, f"/desk/extra-hours/{others_hours.id}/remove")).status_code == 404
    assert (len(await blocks(desk)), len(await extra_hours(desk))) == (1, 1)

    assert (await post(browser, BREAK)).status_code == 303
    [own] = [row for row in await blocks(desk) if row.practitioner == "one"]
    assert (await browser.get(f"{LIST}/{own.id}")).status_code == 200


async def test_nobody_changes_anything_without_a_session_or_from_another_site(desk: Desk) -> None:
    stranger = await desk.browser()
    assert (await stranger.get(LIST)).status_code == 303
    assert (await post(stranger, BREAK)).headers["location"].startswith("/desk/sign-in")
    browser = await desk.signed_in(Role.RECEPTION)
    browser.headers.update({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})
    assert (await post(browser, BREAK)).status_code == 403
    assert await blocks(desk) == []


async def test_the_pages_are_in_french_too(desk: Desk) -> None:
    await visit(desk.database)
    browser = await desk.signed_in(Role.OWNER)
    browser.headers["Accept-Language"] = "fr"
    assert "Plages bloquées et heures supplémentaires" in (await browser.get(LIST)).text
    assert "Un rendez-vous se trouve dans cette plage" in (await post(browser, BREAK)).text
    await post(browser, BREAK | {"over": "call"})
    [block] = await blocks(desk)
    page = (await browser.get(f"{LIST}/{block.id}")).text
    assert "Un rendez-vous est à déplacer" in page
    assert "Pause, Sample Practitioner one" in page


async def test_the_list_shows_what_is_not_over(desk: Desk) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    await post(browser, BREAK)
    desk.clock.now = NINE + DAY
    browser = await desk.signed_in(Role.RECEPTION, name="Sample Reception 2")
    assert "Nothing is blocked" in (await browser.get(LIST)).text


async def test_booked_visits_are_what_a_block_over_them_leaves(desk: Desk) -> None:
    booked = await visit(desk.database)
    browser = await desk.signed_in(Role.RECEPTION)
    await post(browser, BREAK | {"over": "offer"})
    async with desk.database.read() as session:
        row = await session.get_one(Appointment, booked.appointments[0].id)
    assert (row.status.value, row.starts_at) == ("booked", NINE)


async def test_without_mails_the_desk_is_told_to_call(desk: Desk) -> None:
    await visit(desk.database)
    browser = await desk.signed_in(Role.RECEPTION)
    asked = await post(browser, BREAK)
    assert "No mail can be sent. Please call." in asked.text
    assert 'value="call"' in asked.text
    assert 'value="offer"' not in asked.text


async def test_an_illness_begins_now_and_ends_with_further_notice(desk: Desk) -> None:
    desk.clock.now = NINE + timedelta(minutes=63)
    browser = await desk.signed_in(Role.RECEPTION)
    [link] = re.findall(r'href="(/desk/blocked-time\?kind=absence[^"]*)"', (await browser.get(LIST)).text)
    page = (await browser.get(unescape(link))).text
    filled = dict(re.findall(r'id="(day|from|endless)"[^>]* value="([^"]*)"', page))
    assert filled == {"day": "2026-11-24", "from": "10:00", "endless": "1"}
    assert " checked" in page

    answer = await post(browser, filled | {"kind": "absence", "practitioner": "one"})
    assert answer.status_code == 303
    [block] = await blocks(desk)
    assert block.starts_at == NINE + timedelta(hours=1)


async def test_a_block_is_undone_for_five_minutes_with_all_its_days(desk: Desk) -> None:
    browser = await desk.signed_in(Role.RECEPTION)
    other = await desk.signed_in(Role.RECEPTION, name="Sample Reception 2")
    await post(browser, BREAK | {"weekday": ["1", "3"], "until": "2026-12-10"})
    [act] = re.findall(r'name="act" value="([^"]+)"', (await browser.get(LIST)).text)
    assert f'value="{act}"' in (await browser.get("/desk/day")).text
    assert 'name="act"' not in (await other.get(LIST)).text

    for nothing in (press(other, "/desk/undo", next=LIST), press(other, "/desk/undo", act=act)):
        assert (await nothing).status_code == 404
    assert len(await blocks(desk)) == 6
    undone = await press(browser, "/desk/undo", act=act, next=LIST)
    assert (undone.status_code, undone.headers["location"]) == (303, LIST)
    assert await blocks(desk) == []
    assert NINE in await starts_of(desk.database)
    assert (await press(browser, "/desk/undo", next=LIST)).status_code == 404

    await post(browser, BREAK)
    desk.clock.now += timedelta(minutes=5, seconds=1)
    assert (await press(browser, "/desk/undo", next=LIST)).status_code == 404
    assert len(await blocks(desk)) == 1
