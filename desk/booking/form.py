"""The state of a booking by phone, as its pages pass it on: in the query, then in a form."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from booking.domain.screening import Answer
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from booking.timegrid.wall_clock import instant_on_wall_clock
from desk.day.dates import NoSuchDate, date_in, is_in_reach
from desk.http.request import DeskRequest

NO_TO_ALL = "no-to-all"
A_WEEK = 7


@dataclass(frozen=True)
class PhoneBookingForm:
    """What was chosen so far. A value that can't be read is as one that was not given."""

    typed: str
    patient: uuid.UUID | None
    name: str
    email: str
    phone: str
    service: str
    practitioner: str
    usual: str
    at: datetime | None
    day: date | None
    every_days: int  # between the visits of a course
    squeeze_in: bool

    @classmethod
    def of(cls, request: DeskRequest, zone: ZoneInfo) -> "PhoneBookingForm":
        """`slot` is a time and whose it is, `1764081900@sample-practitioner-a`; `zone` is the clinic's.

        `show` is another day, instead of `date`.
        """
        form = request.form
        slot_at, _, slot_practitioner = form.get("slot").partition("@")
        practitioner = slot_practitioner or form.get("practitioner")
        at = _instant(slot_at or form.get("at"))
        if form.get("squeeze") == "1":
            practitioner = form.get("squeeze-practitioner") or practitioner
            at = _on_the_clock(form.get("squeeze-at"), zone) or at
        return cls(
            typed=form.get("q").strip(),
            patient=_uuid(form.get("patient")),
            name=form.get("name").strip(),
            email=form.get("email").strip(),
            phone=form.get("phone").strip(),
            service=form.get("service"),
            practitioner=request.only_practitioner or practitioner,
            usual=form.get("usual"),
            at=at,
            day=_day(form.get("show") or form.get("date")),
            every_days=_days(form.get("every")),
            squeeze_in=form.get("squeeze") == "1",
        )

    @property
    def has_patient(self) -> bool:
        return self.patient is not None or bool(self.name and (self.email or self.phone))

    def fields(self, **changes: str) -> Sequence[tuple[str, str]]:
        """As fields of a form or a query, those that are empty left out."""
        values = {
            "q": self.typed,
            "patient": str(self.patient or ""),
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "service": self.service,
            "practitioner": self.practitioner,
            "usual": self.usual,
            "at": str(int(self.at.timestamp())) if self.at else "",
            "date": str(self.day or ""),
            "every": "" if self.every_days == A_WEEK else str(self.every_days),
            "squeeze": "1" if self.squeeze_in else "",
        } | changes
        return [(name, value) for name, value in values.items() if value]


def answers_in(request: DeskRequest, questions: Sequence[str]) -> dict[str, Answer]:
    """The answers to the questions (slugs) that the form has; with one press "no" to all of them."""
    if request.form.get("answers") == NO_TO_ALL:
        return dict.fromkeys(questions, Answer.NO)
    answers = {}
    for slug in questions:
        with suppress(ValueError):
            answers[slug] = Answer(request.form.get(f"answer-{slug}"))
    return answers


def _days(text: str) -> int:
    """A number that is out of range is refused when the course is planned."""
    return int(text) if text.isdecimal() and len(text) <= 3 else A_WEEK


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromtimestamp(int(text[:12]), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if is_in_reach(at) else None


def _on_the_clock(text: str, zone: ZoneInfo) -> datetime | None:
    """The instant at which the clinic's clock shows a time, the first where it comes twice."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant_on_wall_clock(told, zone) if is_in_reach(told) else None


def _day(text: str) -> date | None:
    try:
        return date_in(text)
    except NoSuchDate:
        return None


async def phone_booking_form(session: BookingSession, request: DeskRequest) -> PhoneBookingForm:
    return PhoneBookingForm.of(request, ZoneInfo((await get_clinic(session)).time_zone))
