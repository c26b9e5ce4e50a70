"""A clinic of another system as a clinic's file."""

import tomllib
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.imports.clinic import ForeignClinic, ForeignPractitioner, ForeignRules, ForeignService
from booking.imports.clinic_text import draft_text
from booking.imports.draft import Draft, draft_of
from booking.imports.errors import UnreadableImport
from booking.imports.notes import Notes
from graphql_api.cli.clinic_file.new_clinic import clinic_text
from tests.booking.imports.foreign_clinics import CLINICS

TORONTO = "America/Toronto"
VISIT = ForeignService("1", "Visit", 30)
WEEK = {day: [(540, 1020)] for day in range(5)}
PERSON = ForeignPractitioner("1", "Sample Practitioner", TORONTO, ["1"], WEEK)
at = datetime.fromisoformat


def foreign(**changes: Any) -> ForeignClinic:
    values: dict[str, Any] = {"services": [VISIT], "practitioners": [PERSON], "visits": []}
    notes = {"notes": Notes(), "visit_notes": Notes()}
    return ForeignClinic(
        **{"system": "Sample", "name": "Sample Clinic", "time_zone": TORONTO, **values, **notes, **changes}
    )


def text_of(draft: Draft) -> str:
    service = next(iter(draft.services.values()))
    answers = {
        "name": draft.clinic.name or "Sample Clinic",
        "time_zone": draft.clinic.time_zone,
        "phone": "+1 416 555 0199",
        "place": "1 Main Street, Toronto",
        "hours": "; ".join(f"{days} {' '.join(spans)}" for days, spans in draft.hours.items()),
        "practitioner": next(iter(draft.practitioners.values())).name or "Sample",
        "service": f"{service.name or 'Sample'}, {-(-service.duration // 5) * 5} min",
    }
    return draft_text(draft, clinic_text(answers, "en"))


def content_of(clinic: ForeignClinic) -> dict[str, Any]:
    return tomllib.loads(text_of(draft_of(clinic)))


@given(CLINICS)
def test_every_draft_is_a_clinics_file_without_mistakes(clinic: ForeignClinic) -> None:
    try:
        draft = draft_of(clinic)
    except UnreadableImport:
        return

    file = parse_clinic_file(text_of(draft))

    assert [service.slug for service in file.services] == [*draft.services]
    assert [each.slug for each in file.practitioners] == [*draft.practitioners]


def test_the_file_keeps_the_comments_of_a_new_one_and_begins_with_the_notes() -> None:
    clinic = foreign(email="reception@example.com")
    clinic.notes.add("Left out", "This")

    text = text_of(draft_of(clinic))

    assert text.startswith("# Made from Sample by `book-online import`.")
    assert "\n# What could not be taken over as it was:\n# - Left out:\n#     This\n\n" in text
    assert "\n# [waiting_list]\n" in text
    assert '\nemail = "reception@example.com"\n# website = "https://example.com"\n' in text


def test_durations_and_buffers_are_rounded_up_and_said_so() -> None:
    clinic = foreign(services=[ForeignService("1", "Visit", 58, buffer_before=3, buffer_after=10)])

    [service] = content_of(clinic)["services"]

    assert service == {
        "slug": "visit",
        "name": "Visit",
        "duration": "60 min",
        "buffer_before": "5 min",
        "buffer_after": "10 min",
    }
    assert dict(clinic.notes) == {
        "Durations that are no multiple of 5 minutes: rounded up": ["Visit: 58 min, here 60 min"],
        "Buffers: rounded up to multiples of 5 minutes, 4 hours at most": ["Visit"],
    }


def test_a_price_needs_a_currency() -> None:
    prices = [(Decimal("110"), "cad"), (Decimal("90.5"), "$"), (Decimal(9_999_999), "CAD")]
    services = [ForeignService(str(n), f"Visit {n}", 30, "", *price) for n, price in enumerate(prices)]
    clinic = foreign(
        services=services, practitioners=[ForeignPractitioner("1", "A", TORONTO, ["0", "1", "2"], WEEK)]
    )

    first, *others = content_of(clinic)["services"]

    assert (first["price"], first["currency"]) == ("110.00", "CAD")
    assert not any("price" in each for each in others)
    assert dict(clinic.notes) == {
        'Prices without a currency such as "CAD": left out': ["Visit 1: 90.50 $", "Visit 2: 9999999.00 CAD"]
    }


def test_days_with_other_hours_are_time_off_and_extra_hours_are_named() -> None:
    days = {
        date(2030, 1, 7): [],
        date(2030, 1, 8): [],
        date(2030, 1, 10): [(600, 720), (1020, 1080)],
        date(2030, 1, 11): [(540, 1020)],
    }
    away = [(at("2030-02-01T14:00"), at("2030-02-02T09:30"))]
    clinic = foreign(practitioners=[ForeignPractitioner("1", "A", TORONTO, ["1"], WEEK, days, away)])

    [person] = content_of(clinic)["practitioners"]

    assert person["time_off"] == [
        {"from": date(2030, 1, 7), "to": date(2030, 1, 8)},
        {"from": at("2030-01-10T09:00"), "to": at("2030-01-10T10:00")},
        {"from": at("2030-01-10T12:00"), "to": at("2030-01-10T17:00")},
        {"from": at("2030-02-01T14:00"), "to": at("2030-02-02T09:30")},
    ]
    assert dict(clinic.notes) == {
        "Extra hours on single days: add them at the desk, under blocked time": ["A: 2030-01-10 17:00-18:00"]
    }


def test_each_time_zone_has_a_location() -> None:
    london = ForeignPractitioner("2", "B", "Europe/London", ["1"], {0: [(543, 717)]})
    clinic = foreign(practitioners=[london, PERSON])

    content = content_of(clinic)

    assert [(place["slug"], place.get("time_zone"), place["hours"]) for place in content["locations"]] == [
        ("1-main-street", None, {"mon-fri": ["09:00-17:00"]}),
        ("1-main-street-europe-london", "Europe/London", {"mon": ["09:05-11:55"]}),
    ]
    assert [each["hours"][0]["location"] for each in content["practitioners"]] == [
        "1-main-street-europe-london",
        "1-main-street",
    ]


def test_rules_are_kept_within_the_bounds_of_a_clinics_file() -> None:
    clinic = foreign(rules=ForeignRules(slot_step=7, minimum_notice=90, horizon_days=1000))

    policy = content_of(clinic)["policy"]

    assert policy["slot_step"] == "10 min"
    assert policy["minimum_notice"] == "90 min"
    assert policy["horizon"] == "366 days"


def test_equal_names_have_slugs_of_their_own() -> None:
    services = [
        ForeignService(key, name, 30) for key, name in (("1", "Visit"), ("2", "Visite"), ("3", "Visit"))
    ]
    clinic = foreign(
        services=services, practitioners=[ForeignPractitioner("1", "A", TORONTO, ["1", "2", "3"], WEEK)]
    )

    draft = draft_of(clinic)

    assert draft.service_slugs == {"1": "visit", "2": "visite", "3": "visit-2"}


def test_what_nobody_can_book_is_left_out() -> None:
    services = [VISIT, ForeignService("2", "Nobody's", 30), ForeignService("3", "Endless", 900)]
    people = [PERSON, ForeignPractitioner("2", "Sample Assistant", TORONTO, [])]
    clinic = foreign(services=services, practitioners=people)

    draft = draft_of(clinic)

    assert ([*draft.services], [*draft.practitioners]) == (["visit"], ["sample-practitioner"])
    assert dict(clinic.notes) == {
        "Services that nobody offers: left out": ["Nobody's"],
        "Services without a duration, or of more than 12 hours: left out": ["Endless"],
        "People who offer no service: left out": ["Sample Assistant"],
    }


def test_an_address_that_is_none_is_left_out() -> None:
    clinic = foreign(email="nobody", website="https://example.com")

    content = content_of(clinic)

    assert "email" not in content["clinic"]
    assert content["clinic"]["website"] == "https://example.com/"
    assert dict(clinic.notes) == {"Not usable as the clinic's: left out": ["email: nobody"]}


def test_without_anything_to_book_there_is_no_draft() -> None:
    with pytest.raises(UnreadableImport, match="there is nothing to take over"):
        draft_of(foreign(practitioners=[]))
