"""How far a visitor has come: all of it is in the form that is sent, and nothing is kept in between."""

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from booking.domain.policy import MAX_VISITS
from web.noscript.form import Form

MIN_KEY_LENGTH = 32
FIRST_YEAR, LAST_YEAR = 2000, 9000
DETAILS = ("name", "email", "phone")
ANSWER = "answer-"


@dataclass(frozen=True, order=True)
class Choice:
    """A time that the visitor chose; with anyone unless a practitioner is named."""

    starts_at: datetime
    location: str
    practitioner: str | None = None

    @property
    def code(self) -> str:
        """`2026-11-24T12:00Z@main-street@sample-practitioner-a`."""
        place = f"{self.starts_at.astimezone(UTC):%Y-%m-%dT%H:%MZ}@{self.location}"
        return f"{place}@{self.practitioner}" if self.practitioner else place

    @classmethod
    def parse(cls, code: str) -> "Choice | None":
        time, _, rest = code.partition("@")
        location, _, practitioner = rest.partition("@")
        try:
            starts_at = datetime.strptime(time, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
        except ValueError:
            return None
        # So far from the ends of the calendar, a week more or another zone is a time too.
        is_usable = location and FIRST_YEAR <= starts_at.year <= LAST_YEAR
        return cls(starts_at, location, practitioner or None) if is_usable else None


@dataclass(frozen=True)
class BookingState:
    """`key` is a secret that the server made for one page: whoever has it, has what was held with it.

    So no token travels, and a form that is sent twice does nothing twice.
    """

    service: str
    practitioner: str | None = None  # as wished at first; None is anyone
    choices: tuple[Choice, ...] = ()
    key: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)  # as sent, by slug of the question
    details: Mapping[str, str] = field(default_factory=dict)  # as typed

    @classmethod
    def read(cls, service: str, form: Form) -> "BookingState":
        chosen = {choice for code in form.all("at") if (choice := Choice.parse(code))}
        return cls(
            service,
            form.get("with") or None,
            tuple(sorted(chosen, key=lambda choice: choice.code)[:MAX_VISITS]),
            form.get("key"),
            {name.removeprefix(ANSWER): value for name, value in form.pairs if name.startswith(ANSWER)},
            {name: form.get(name) for name in DETAILS},
        )

    @property
    def with_whom(self) -> str | None:
        """Who was chosen with a time goes before the first wish."""
        return next(
            (choice.practitioner for choice in self.choices if choice.practitioner), self.practitioner
        )

    @property
    def is_sent(self) -> bool:
        """By a form of ours, with a time in it."""
        return len(self.key) >= MIN_KEY_LENGTH and bool(self.choices)

    def with_new_key(self) -> "BookingState":
        return replace(self, key=secrets.token_urlsafe(32))

    def without(self, place: int) -> "BookingState":
        """Without the time of one visit."""
        return replace(self, choices=self.choices[:place] + self.choices[place + 1 :])

    def key_of(self, attempt: int) -> str:
        """The idempotency key for holding these very times, for the first time or again.

        Another choice on the same page is another intention, and so is what was held and ran out.
        """
        meant = [self.service, *(choice.code for choice in self.choices), str(attempt)]
        return hmac.new(
            self.key.encode("utf-8", "replace"), "\n".join(meant).encode(), hashlib.sha256
        ).hexdigest()

    def chosen(self) -> Iterator[tuple[str, str]]:
        """The fields that may be in a URL: nothing secret, nothing of health."""
        if self.practitioner:
            yield "with", self.practitioner
        yield from (("at", choice.code) for choice in self.choices)

    def held(self) -> Iterator[tuple[str, str]]:
        """The hidden fields of a form that is posted."""
        yield from self.chosen()
        yield "key", self.key

    def said(self) -> Iterator[tuple[str, str]]:
        """The answers, and what was typed: also hidden fields."""
        yield from ((ANSWER + slug, answer) for slug, answer in self.answers.items())
        yield from ((name, typed) for name, typed in self.details.items() if typed)
