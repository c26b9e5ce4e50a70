"""What Cal.com keeps in JSON: prices and places of event types, numbers of who books."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from booking.imports.tables import Row, int_of, json_of, text_of
from booking.imports.values import one_line


def price_of(row: Row) -> tuple[Decimal | None, str]:
    """The price and its currency, kept in cents; none where it is 0, the default."""
    cents, currency = int_of(row, "price"), text_of(row, "currency")
    stripe = _inner(json_of(row, "metadata"), "apps", "stripe")
    if isinstance(stripe.get("price"), int) and stripe.get("enabled"):
        cents, currency = stripe["price"], str(stripe.get("currency", ""))
    return (Decimal(cents) / 100 if cents else None), currency.upper() if cents else ""


def address_of(row: Row) -> str:
    """The address where people meet; empty where they meet by video or phone."""
    locations = json_of(row, "locations")
    for each in locations if isinstance(locations, list) else ():
        if isinstance(each, Mapping) and each.get("type") in ("inPerson", "address"):
            return one_line(str(each.get("address") or ""))
    return ""


def phone_of(booking: Row) -> str:
    """The number among the answers to a booking's questions, which has no column of its own for all."""
    responses = json_of(booking, "responses")
    answers = responses if isinstance(responses, Mapping) else {}
    numbers = [answers.get("attendeePhoneNumber"), answers.get("smsReminderNumber")]
    numbers.append(text_of(booking, "smsReminderNumber"))
    return next((number for number in numbers if isinstance(number, str) and number), "")


def is_group(row: Row) -> bool:
    return (int_of(row, "seatsPerTimeSlot") or 1) > 1


def _inner(value: Any, *names: str) -> Mapping[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
