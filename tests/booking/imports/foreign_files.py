"""Sample data of other systems, in their formats, and the instant at which they were exported."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "samples"
EASYAPPOINTMENTS = (FOLDER / "easyappointments.sql").read_text("utf-8")
CALCOM = (FOLDER / "calcom.sql").read_text("utf-8")
EXPORTED = datetime(2030, 1, 1, 12, tzinfo=UTC)

USER_A = {"id": 1, "name": "Sample Practitioner A", "username": "sample-a", "metadata": {}}
USER_B = {"id": 2, "name": "Sample Practitioner B", "username": "sample-b", "metadata": {}}


def answer(data: Any) -> str:
    """As Cal.com's API wraps it."""
    return json.dumps({"status": "success", "data": data})


def event_type(number: int, title: str, length: int, **more: Any) -> dict[str, Any]:
    """An event type as /v2/event-types has it, version 2024-06-14."""
    return {
        "id": number,
        "title": title,
        "slug": title.lower().replace(" ", "-"),
        "description": "",
        "lengthInMinutes": length,
        "locations": [{"type": "address", "address": "1 Sample Street, Toronto", "public": True}],
        "recurrence": None,
        "metadata": {},
        "price": 0,
        "currency": "usd",
        "seatsPerTimeSlot": None,
        "scheduleId": None,
        "ownerId": 1,
        "users": [USER_A],
        "hidden": False,
        **more,
    }


def calcom_answers() -> list[str]:
    """One answer of each kind: a user, two event types, a schedule, two bookings."""
    me = {"id": 1, "username": "sample-a", "email": "a@example.com", "timeZone": "America/Toronto"}
    first = event_type(
        1,
        "First visit",
        30,
        slotInterval=15,
        minimumBookingNotice=120,
        afterEventBuffer=10,
        bookingWindow={"type": "calendarDays", "value": 60, "rolling": True},
        metadata={"apps": {"stripe": {"price": 11000, "enabled": True, "currency": "cad"}}},
    )
    group = event_type(3, "Group", 45, seats={"seatsPerTimeSlot": 6}, hosts=[{"userId": 2, "name": "B"}])
    schedule = {
        "id": 1,
        "ownerId": 1,
        "name": "Working hours",
        "timeZone": "America/Toronto",
        "availability": [
            {"days": ["Monday", "Tuesday"], "startTime": "09:00", "endTime": "17:00"},
            {"days": ["Sunday"], "startTime": "10:00", "endTime": "12:00"},
        ],
        "isDefault": True,
        "overrides": [{"date": "2030-01-08", "startTime": "00:00", "endTime": "00:00"}],
    }
    return [
        answer({**me, "name": "Sample Practitioner A", "defaultScheduleId": 1}),
        answer([first, group]),
        answer([schedule]),
        answer(
            [booking(11, "2030-01-07T15:00:00.000Z"), booking(12, "2030-01-07T16:00:00.000Z", "cancelled")]
        ),
    ]


def booking(number: int, start: str, status: str = "accepted") -> dict[str, Any]:
    """A booking as /v2/bookings has it, version 2024-08-13."""
    person = {
        "name": "Sample Patient 1",
        "email": "sample.patient.1@example.com",
        "timeZone": "America/Toronto",
    }
    return {
        "id": number,
        "uid": f"uidsample{number}",
        "title": "First visit",
        "description": "",
        "hosts": [{"id": 1, "name": "Sample Practitioner A", "timeZone": "America/Toronto"}],
        "status": status,
        "start": start,
        "end": start.replace(":00:00", ":30:00"),
        "duration": 30,
        "eventTypeId": 1,
        "eventType": {"id": 1, "slug": "first-visit"},
        "attendees": [{**person, "language": "en", "absent": False, "phoneNumber": "+14165550111"}],
        "bookingFieldsResponses": {},
    }
