"""Dates, times, numbers and texts that nobody means: each address of the desk answers, and none breaks."""

import uuid
from datetime import timedelta

import pytest

from booking.domain.role import Role
from tests.desk.booking.test_book import SECRET, SERVICE, A, book, hold, visits
from tests.desk.desk_server import Desk
from tests.desk.http.test_rights import GET, LAST, NEVER_ENDS, addresses, in_order

FIELDS = (
    *(
        "date",
        "since",
        "first",
        "last",
        "at",
        "slot",
        "squeeze-at",
        "starts_at",
        "version",
        "day",
        "last_day",
    ),
    *("from", "to", "until", "weekday", "from_at", "to_at", "q", "name", "phone", "email", "practitioner"),
    *(
        "service",
        "location",
        "label",
        "note",
        "next",
        "lang",
        "act",
        "hold",
        "key",
        "patient",
        "usual",
        "code",
    ),
    *(
        "password",
        "current",
        "link",
        "credential",
        "session",
        "passkey",
        "role",
        "change",
        "status",
        "reason",
        "url",
        "username",
        "kind",
        "language",
    ),
)
VALUES = {
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "last minute": "9999-12-31T23:59",
    "last minute in the west": "9999-12-31T23:59-12:00",
    "first minute in the east": "0001-01-01T00:00+14:00",
    "last second": "253402300799",
    "huge": "9" * 30,
    "address that is none": "//[",
    "long": "x" * 10_000,
}
"""By the names that reports show."""
NEVER_WITH_A_FORM = {*LAST, *NEVER_ENDS}


async def test_no_address_breaks_where_all_fields_have_an_unusual_value(desk: Desk) -> None:
    owner = await desk.signed_in()
    await book(owner, await hold(owner))
    [visit] = await visits(desk)

    for name, value in VALUES.items():
        # Of all fields together no more than a form may have.
        form = {**dict.fromkeys(FIELDS, value[:1_000]), "squeeze": "1", "endless": "1"}
        for method, path in in_order(addresses() - NEVER_WITH_A_FORM):
            address = path.replace("{id}", str(visit.id)).replace("{path:path}", "none")
            sent = {"params": form} if method == GET else {"data": form}
            answer = await owner.request(method, address, **sent)  # type: ignore[arg-type]
            assert answer.status_code < 500, (method, path, name)


@pytest.mark.parametrize("name", VALUES)
async def test_no_address_breaks_where_one_field_has_an_unusual_value(desk: Desk, name: str) -> None:
    """So that the refusal of another field does not come first."""
    value = VALUES[name]
    reception = await desk.signed_in(Role.RECEPTION)
    held = await hold(reception)
    await book(reception, held)
    [visit] = await visits(desk)
    of_visit = f"/desk/visits/{visit.id}"
    day = (desk.clock.now + timedelta(days=3)).date().isoformat()
    change = {"version": str(visit.version), "next": "/desk/day"}
    block = {"practitioner": A, "kind": "break", "day": day, "from": "09:00", "to": "09:30"}
    caller = {"service": SERVICE, "name": "Sample Caller", "phone": "416 555 0188"}
    [secret, *_] = SECRET.findall(held.text)
    requests: list[tuple[str, dict[str, str], tuple[str, ...]]] = [
        (f"{of_visit}/move", change | {"starts_at": f"{day}T10:00"}, ("starts_at", "practitioner", "next")),
        (f"{of_visit}/status", change | {"status": "arrived"}, ("version", "next")),
        (f"{of_visit}/note", change | {"note": "Sample note"}, ("version", "next", "note")),
        (f"{of_visit}/reminders", {"reminders": "yes"}, ("reminders", "next")),
        (f"{of_visit}/cancel", change | {"reason": "clinic"}, ("version",)),
        ("/desk/blocked-time", block, ("day", "from", "to", "last_day", "label", "from_at")),
        ("/desk/blocked-time", block | {"weekday": "1", "until": day}, ("day", "to", "until", "last_day")),
        ("/desk/blocked-time", block | {"kind": "extra"}, ("day", "last_day", "location")),
        ("/desk/book/hold", caller | {"at": "1"}, ("at", "slot", "date", "key", "email", "phone", "name")),
        ("/desk/book/hold", caller | {"squeeze": "1"}, ("squeeze-at",)),
        ("/desk/book", caller | {"hold": secret, "at": "1"}, ("at", "date", "hold")),
        ("/desk/undo", {"act": str(uuid.uuid4())}, ("act",)),
        ("/desk/account/hide-names", {}, ("next", "hide")),
        ("/desk/account/language", {}, ("language",)),
        ("/desk/account/notices", {"kind": "moves"}, ("kind", "within")),
    ]

    asked = {
        **dict.fromkeys(("day", "day/print", "week", "month"), ("date",)),
        **dict.fromkeys(("numbers", "numbers.csv"), ("first", "last")),
        "patients": ("q",),
        "book": ("date", "at", "slot", "q"),
        "blocked-time": ("day",),
        "changes": ("date",),
    }

    for page, fields in asked.items():
        for field in fields:
            answer = await reception.get(f"/desk/{page}", params={field: value})
            assert answer.status_code < 500, (page, field)
    for address, form, fields in requests:
        for field in fields:
            answer = await reception.post(address, data=form | {field: value})
            assert answer.status_code < 500, (address, field)


@pytest.mark.parametrize(
    "query", ["date=9999-12-31", "date=0001-01-01", "at=253402300799", "at=-62135596800"]
)
async def test_a_booking_by_phone_begins_today_where_the_address_names_no_usual_day(
    desk: Desk, query: str
) -> None:
    page = await (await desk.signed_in()).get(f"/desk/book?{query}")
    assert page.status_code == 200
    assert f'name="date" type="date" value="{desk.clock.now.date()}"' in page.text
