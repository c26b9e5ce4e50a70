"""The state of a booking without a script. It travels in the form: the server stores no session."""

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from booking.domain.policy import MAX_VISITS
from rendering.form import Form
from web.noscript.screening import ANSWER, GivenAnswers

MIN_KEY_LENGTH = 32
MIN_YEAR, MAX_YEAR = 2000, 9000
DETAILS = ("name", "contactName", "email", "phone", "whom", "note")
FOR_OTHER = "other"


@dataclass(frozen=True, order=True)
class Choice:
    """A time that the visitor chose; without a practitioner, anyone may give the visit."""

    starts_at: datetime
    location: str
    practitioner: str | None = None

    @property
    def code(self) -> str:
        """`2026-11-24T12:00Z@main-street@sample-practitioner-a`."""
        time_and_location = f"{self.starts_at.astimezone(UTC):%Y-%m-%dT%H:%MZ}@{self.location}"
        return f"{time_and_location}@{self.practitioner}" if self.practitioner else time_and_location

    @classmethod
    def parse(cls, code: str) -> "Choice | None":
        time, _, rest = code.partition("@")
        location, _, practitioner = rest.partition("@")
        try:
            starts_at = datetime.strptime(time, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
        except ValueError:
            return None
        # Far from the ends of Python's calendar: a week later and another zone stay within it.
        is_usable = location and MIN_YEAR <= starts_at.year <= MAX_YEAR
        return cls(starts_at, location, practitioner or None) if is_usable else None


@dataclass(frozen=True)
class BookingState:
    """The service, times, answers and details that a form carries from step to step.

    `key` is a secret made for one page, and the only claim to the times that were held with it: hold
    tokens never travel, and a form that is sent twice has its effect once.
    """

    service: str
    preferred_practitioner: str | None = None  # None: any
    choices: tuple[Choice, ...] = ()
    key: str = ""
    given: GivenAnswers = field(default_factory=lambda: GivenAnswers({}))
    details: Mapping[str, str] = field(default_factory=dict)  # as typed
    consent: str = ""  # the key of the text beside a ticked box

    @classmethod
    def read(cls, service: str, form: Form) -> "BookingState":
        choices = {choice for code in form.all("at") if (choice := Choice.parse(code))}
        return cls(
            service,
            form.get("with") or None,
            tuple(sorted(choices, key=lambda choice: choice.code)[:MAX_VISITS]),
            form.get("key"),
            GivenAnswers.read(form),
            {name: form.get(name) for name in DETAILS},
            form.get("consent"),
        )

    @property
    def practitioner(self) -> str | None:
        """The practitioner chosen together with a time, else the preferred one."""
        chosen = (choice.practitioner for choice in self.choices if choice.practitioner)
        return next(chosen, self.preferred_practitioner)

    @property
    def contact_name(self) -> str:
        """Of who books for somebody else; empty for who comes themselves."""
        return self.details.get("contactName", "") if self.is_for_other else ""

    @property
    def is_for_other(self) -> bool:
        return self.details.get("whom") == FOR_OTHER

    @property
    def lacks_contact_name(self) -> bool:
        return self.is_for_other and not self.contact_name.strip()

    @property
    def can_hold(self) -> bool:
        """Whether it names times, and the key of a page to hold them with."""
        return len(self.key) >= MIN_KEY_LENGTH and bool(self.choices)

    def with_new_key(self) -> "BookingState":
        return replace(self, key=secrets.token_urlsafe(32))

    def without_choice(self, index: int) -> "BookingState":
        return replace(self, choices=self.choices[:index] + self.choices[index + 1 :])

    def idempotency_key(self, attempt: int) -> str:
        """For holding exactly these times.

        Other times on the same page make another key, and so does a new attempt after a hold expired.
        """
        parts = [self.service, *(choice.code for choice in self.choices), str(attempt)]
        return hmac.new(
            self.key.encode("utf-8", "replace"), "\n".join(parts).encode(), hashlib.sha256
        ).hexdigest()

    def url_fields(self) -> Iterator[tuple[str, str]]:
        """The fields that may be in a URL: nothing secret, nothing of health."""
        if self.preferred_practitioner:
            yield "with", self.preferred_practitioner
        yield from (("at", choice.code) for choice in self.choices)

    def held_fields(self) -> Iterator[tuple[str, str]]:
        """The hidden fields that name the held times, for forms that are posted."""
        yield from self.url_fields()
        yield "key", self.key

    def entered_fields(self) -> Iterator[tuple[str, str]]:
        """The hidden fields of the answers and details entered so far, for forms that are posted."""
        yield from ((ANSWER + slug, answer) for slug, answer in self.given.answers.items())
        yield from ((name, value) for name, value in self.details.items() if value)
