"""Hostile calendars: too long, without an end, of entities, or a way into our own network."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from booking.calendars.busy.calendar_text import NotACalendar
from booking.calendars.busy.expand import busy_intervals
from booking.calendars.busy.expansion import expand
from booking.calendars.busy.failure import RefreshFailed
from booking.calendars.busy.ics import fetch_ics
from booking.calendars.busy.multistatus import resources_in
from booking.calendars.busy.source import EXAMPLE, MAX_BYTES, CalendarSource
from booking.outbound_http.client import OutboundClient
from booking.storage.models.desk.busy_calendars import BusyCalendarKind, BusyCode
from tests.booking.calendars.busy.calendar_files import TORONTO, calendar_file, entry
from tests.booking.calendars.busy.conftest import client, served
from tests.booking.webhooks.receiver import ENDLESS_BODY, response, running_receiver

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)


async def failure_of(answer: bytes) -> BusyCode:
    async with running_receiver() as server:
        server.responses = [answer]
        with pytest.raises(RefreshFailed) as failed:
            await fetch_ics(client(), CalendarSource(BusyCalendarKind.ICS, server.url), None)
    return failed.value.code


async def test_a_file_without_end_is_left_at_the_limit() -> None:
    assert await failure_of(ENDLESS_BODY) is BusyCode.TOO_LONG


async def test_a_file_of_the_longest_length_is_taken() -> None:
    text = "BEGIN:VCALENDAR\r\nX-A:" + "x" * (MAX_BYTES - 41) + "\r\nEND:VCALENDAR\r\n"
    async with running_receiver() as server:
        server.responses = [served(text)]
        source = CalendarSource(BusyCalendarKind.ICS, server.url)
        assert (await fetch_ics(client(), source, None)).texts == [text]


@pytest.mark.parametrize("location", ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/"])
async def test_a_redirect_into_a_private_network_is_not_followed(location: str) -> None:
    asked: list[str] = []

    async def only_the_first(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if host == "calendar.example" else []

    guarded = OutboundClient(to_private=True, resolve=only_the_first, patience=5, example=EXAMPLE)
    async with running_receiver() as server:
        server.responses = [response(302, f"location: {location}\r\n")]
        source = CalendarSource(BusyCalendarKind.ICS, f"http://calendar.example:{server.port}/")
        with pytest.raises(RefreshFailed) as failed:
            await fetch_ics(guarded, source, None)
    assert failed.value.code is BusyCode.NOT_ALLOWED
    assert asked == ["calendar.example", location.split("/")[2]]


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/a.ics", "http://calendar.example/", "https://[::1]/", "x"]
)
async def test_an_address_in_a_private_network_is_not_asked(url: str) -> None:
    public = OutboundClient(patience=5, example=EXAMPLE)
    with pytest.raises(RefreshFailed) as failed:
        await fetch_ics(public, CalendarSource(BusyCalendarKind.ICS, url), None)
    assert failed.value.code is BusyCode.NOT_ALLOWED


@pytest.mark.processes
async def test_a_rule_that_never_ends_is_ended_and_others_go_on_meanwhile() -> None:
    each_second = entry("DTSTART:19700101T000000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY")
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    task, started_at = asyncio.create_task(others()), time.monotonic()
    with pytest.raises(RefreshFailed) as failed:
        await expand([calendar_file(each_second)], zone="UTC", start=START, end=END, seconds=1)
    task.cancel()
    assert failed.value.code is BusyCode.TOO_MANY
    assert time.monotonic() - started_at < 19  # Unless told, 20 s.
    assert turns > 3


@pytest.mark.processes
async def test_a_hundred_thousand_recurrences_are_too_many() -> None:
    often = [
        entry(f"DTSTART:20261101T00{n:02}00Z", "DURATION:PT1M", "RRULE:FREQ=HOURLY;COUNT=2100")
        for n in range(50)
    ]
    with pytest.raises(RefreshFailed) as failed:
        await expand([calendar_file(*often)], zone="UTC", start=START, end=END, seconds=3)
    assert failed.value.code is BusyCode.TOO_MANY


@pytest.mark.processes
async def test_the_process_sees_the_answers_of_every_kind() -> None:
    wrong, right = entry("DTSTART:2026x"), entry("DTSTART:20261105T100000Z", "DURATION:PT1H")
    busy = await expand([calendar_file(wrong, right)], zone="America/Toronto", start=START, end=END)
    ten = datetime(2026, 11, 5, 10, tzinfo=UTC)
    assert (busy.intervals, busy.unread) == ([(ten, ten + timedelta(hours=1))], 1)
    with pytest.raises(RefreshFailed) as failed:
        await expand(["<html>"], zone="America/Toronto", start=START, end=END)
    assert failed.value.code is BusyCode.NOT_A_CALENDAR


def test_components_in_components_without_end_are_no_calendar() -> None:
    with pytest.raises(NotACalendar):
        busy_intervals(
            ["BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 10_000], zone=TORONTO, start=START, end=END
        )


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><multistatus xmlns="DAV:">&b;</multistatus>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><multistatus xmlns="DAV:"/>',
        b"<multistatus xmlns='DAV:'>",
        b"<html/>",
        b"\x00",
        b'<?xml version="1.0" encoding="no-such"?><multistatus xmlns="DAV:"/>',
    ],
)
def test_xml_with_entities_or_of_another_kind_is_no_calendar(body: bytes) -> None:
    with pytest.raises(RefreshFailed) as failed:
        resources_in(body, "https://calendar.example/")
    assert failed.value.code is BusyCode.NOT_A_CALENDAR
