"""Answers of Cal.com's API (version 2) as rows of its tables."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from booking.imports.errors import UnreadableImport
from booking.imports.tables import Row, Tables

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
Answer = Mapping[str, Any]
COPIED = ("id", "title", "slug", "description", "slotInterval", "minimumBookingNotice", "price", "currency")
COPIED_TOO = ("beforeEventBuffer", "afterEventBuffer", "scheduleId", "hidden", "schedulingType")


def tables_of_answers(texts: Sequence[str]) -> Tables:
    """The rows of saved answers: of `/v2/me`, `/v2/event-types`, `/v2/schedules` and `/v2/bookings`.

    Raises:
        UnreadableImport: a text is no such answer.
    """
    tables: dict[str, list[Row]] = defaultdict(list)
    users: dict[str, dict[str, str | None]] = {}
    for number, text in enumerate(texts, 1):
        for each in _items(text, number):
            if "lengthInMinutes" in each:
                _event_type(each, tables, users)
            elif "availability" in each:
                _schedule(each, tables, users)
            elif "attendees" in each:
                _booking(each, tables, users)
            elif "defaultScheduleId" in each or "username" in each:
                _add_user(users, each)
            else:
                raise UnreadableImport(
                    f"file {number}: this is no answer of /v2/me, /v2/event-types, /v2/schedules or "
                    "/v2/bookings of Cal.com's API"
                )
    return {**tables, "users": list(users.values())}


def _items(text: str, number: int) -> Iterator[Answer]:
    try:
        content = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as reason:
        line = f", line {reason.lineno}" if isinstance(reason, json.JSONDecodeError) else ""
        raise UnreadableImport(f"file {number}{line}: this is no JSON; is it cut off?") from reason
    if isinstance(content, Mapping) and content.get("status") == "error":
        raise UnreadableImport(f"file {number}: Cal.com refused: is the API key right, and still valid?")
    data = content.get("data", content) if isinstance(content, Mapping) else content
    items = data if isinstance(data, list) else [data]
    if not all(isinstance(item, Mapping) for item in items):
        raise UnreadableImport(f"file {number}: this is no answer of Cal.com's API")
    yield from items


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _list(value: Any) -> list[Answer]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _add_user(users: dict[str, dict[str, str | None]], user: Answer) -> str:
    """Add what an answer says of somebody; the id."""
    key = _text(user.get("id", user.get("userId"))) or ""
    known = users.setdefault(key, {"id": key})
    for name in ("name", "username", "email", "timeZone", "defaultScheduleId"):
        if user.get(name) is not None:
            known.setdefault(name, _text(user[name]))
    return key


def _event_type(each: Answer, tables: dict[str, list[Row]], users: dict[str, dict[str, str | None]]) -> None:
    key = _text(each.get("id"))
    window = each.get("bookingWindow")
    seats, confirmation = each.get("seats"), each.get("confirmationPolicy")
    row = {name: _text(each.get(name)) for name in (*COPIED, *COPIED_TOO)}
    row |= {
        "length": _text(each["lengthInMinutes"]),
        "userId": _text(each.get("ownerId")),
        "parentId": _text(each.get("parentEventTypeId")),
        "recurringEvent": _text(each.get("recurrence")),
        "metadata": _text(each.get("metadata")),
        "locations": _text(each.get("locations")),
        "requiresConfirmation": _text(isinstance(confirmation, Mapping) and not confirmation.get("disabled")),
        "seatsPerTimeSlot": _text(
            seats.get("seatsPerTimeSlot") if isinstance(seats, Mapping) else each.get("seatsPerTimeSlot")
        ),
    }
    if isinstance(window, Mapping) and isinstance(window.get("value"), int):
        row |= {"periodType": "rolling", "periodDays": _text(window["value"])}
    tables["EventType"].append(row)
    for user in _list(each.get("users")):
        tables["_user_eventtype"].append({"A": key, "B": _add_user(users, user)})
    for host in _list(each.get("hosts")):
        tables["Host"].append({"eventTypeId": key, "userId": _add_user(users, host)})


def _schedule(each: Answer, tables: dict[str, list[Row]], users: dict[str, dict[str, str | None]]) -> None:
    key, owner = _text(each.get("id")), _text(each.get("ownerId")) or ""
    user = users.setdefault(owner, {"id": owner})
    if each.get("isDefault"):
        user["defaultScheduleId"] = key
    tables["Schedule"].append({"id": key, "userId": owner, "timeZone": _text(each.get("timeZone"))})
    for hours in _list(each["availability"]):
        days = [str(DAYS.index(day)) for day in hours.get("days") or [] if day in DAYS]
        tables["Availability"].append(_hours(key, hours) | {"days": "{" + ",".join(days) + "}"})
    for hours in _list(each.get("overrides")):
        tables["Availability"].append(_hours(key, hours) | {"date": _text(hours.get("date"))})


def _hours(schedule: str | None, hours: Answer) -> dict[str, str | None]:
    times = {name: _text(hours.get(name)) for name in ("startTime", "endTime")}
    return {"scheduleId": schedule, "days": "{}", "date": None, **times}


def _booking(each: Answer, tables: dict[str, list[Row]], users: dict[str, dict[str, str | None]]) -> None:
    key = _text(each.get("id"))
    hosts = _list(each.get("hosts"))
    event_type = each.get("eventType")
    kind = event_type.get("id") if isinstance(event_type, Mapping) else None
    tables["Booking"].append(
        {
            "id": key,
            "uid": _text(each.get("uid")),
            "userId": _add_user(users, hosts[0]) if hosts else None,
            "eventTypeId": _text(kind if kind is not None else each.get("eventTypeId")),
            "startTime": _text(each.get("start")),
            "endTime": _text(each.get("end")),
            "status": _text(each.get("status")),
            "description": _text(each.get("description")),
            "responses": _text(each.get("bookingFieldsResponses")),
        }
    )
    for attendee in _list(each["attendees"]):
        tables["Attendee"].append(
            {
                "bookingId": key,
                "name": _text(attendee.get("name")),
                "email": _text(attendee.get("email")),
                "phoneNumber": _text(attendee.get("phoneNumber")),
                "locale": _text(attendee.get("language")),
            }
        )
