"""What was typed of an entry so far, as the pages pass it on: in the query, then in a form."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from booking.appointments.checks.details import StaffBooking
from booking.domain.screening import Answer
from booking.waiting_list.join import JoinRequest
from desk.http.request import DeskRequest
from rendering.form import Form
from rendering.wishes_form import WishesForm


@dataclass(frozen=True)
class WaitingForm:
    """A value that can't be read is as one that was not given. `visit` is the one that would become earlier.

    `key` is that of idempotency: a button that is pressed twice adds one entry.
    """

    typed: str
    patient: uuid.UUID | None
    visit: uuid.UUID | None
    name: str
    email: str
    phone: str
    service: str
    wishes: WishesForm
    key: str

    @classmethod
    def read(cls, form: Form) -> "WaitingForm":
        return cls(
            form.get("q").strip(),
            _uuid(form.get("patient")),
            _uuid(form.get("visit")),
            form.get("name").strip(),
            form.get("email").strip(),
            form.get("phone").strip(),
            form.get("service"),
            WishesForm.read(form),
            str(_uuid(form.get("key")) or uuid.uuid4()),
        )

    def fields(self, **changes: str) -> Sequence[tuple[str, str]]:
        """As fields of a form or a query, those that are empty left out."""
        values = {
            "q": self.typed,
            "patient": str(self.patient or ""),
            "visit": str(self.visit or ""),
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "service": self.service,
            "with": self.wishes.practitioner or "",
            "until": str(self.wishes.last_day or ""),
        } | {name: value for name, value in changes.items() if name != "usual"}
        ticked = [
            *(("weekday", str(day)) for day in sorted(self.wishes.weekdays)),
            *(("part", part) for part in sorted(self.wishes.parts)),
        ]
        return [*((name, value) for name, value in values.items() if value), *ticked]

    def request(
        self, request: DeskRequest, answers: Mapping[str, Answer] | None = None, *, consents: bool = False
    ) -> JoinRequest:
        """What is asked for, in the member's name."""
        wishes = self.wishes
        return JoinRequest(
            last_day=wishes.last_day,
            practitioners=[wishes.practitioner] if wishes.practitioner else [],
            available_times=wishes.available_times,
            appointment=self.visit,
            service=None if self.visit else self.service,
            name=self.name,
            email=self.email,
            phone=self.phone,
            language="" if self.patient else request.form.get("language"),
            answers=answers or {},
            idempotency_key=self.key,
            staff=StaffBooking(
                request.actor, self.patient, consents, only_practitioner=request.only_practitioner
            ),
        )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
