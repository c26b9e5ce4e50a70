"""A clinic in a database beside its model, as the state machine's rules use both."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from booking.appointments.book import BookingRequest, book
from booking.domain.errors import BookingError
from booking.storage.models.holds import Hold
from booking.storage.session import BookingSession
from tests.booking.appointments.state_machine.booking_model import FILE, HOLD, BookingModel, ModelHold
from tests.support.clinics import open_clinic
from tests.support.databases import open_database

T = TypeVar("T")
FreshUrl = Callable[[], AbstractContextManager[str]]


class ClinicMachine(RuleBasedStateMachine):
    """Each example has a fresh database from `fresh_url`."""

    fresh_url: FreshUrl

    @initialize()
    def begin(self) -> None:
        self.model = BookingModel()
        self.loop = asyncio.Runner()
        self.url = self.fresh_url()
        self.database = open_database(self.url.__enter__())
        self.loop.run(open_clinic(self.database, FILE, now=self.model.now))

    def teardown(self) -> None:
        if hasattr(self, "url"):
            self.loop.run(self.database.close())
            self.url.__exit__(None, None, None)
            self.loop.close()

    def do(self, work: Callable[[BookingSession], Awaitable[T]]) -> T | None:
        """What it answers; None when it was refused."""

        async def in_a_transaction() -> T | None:
            try:
                async with self.database.write() as session:
                    return await work(session)
            except* BookingError:
                pass
            return None

        return self.loop.run(in_a_transaction())

    def claim(self, held: Sequence[tuple[Hold, str]]) -> None:
        course: list[ModelHold] = []
        for hold, token in held:
            expires = self.model.now + HOLD
            claim = ModelHold(token, hold.practitioner, hold.starts_at, expires, course)
            claim.is_squeeze_in = hold.squeeze_in
            course.append(claim)
        self.model.claims += course

    def book_it(self, claim: ModelHold) -> None:
        course = claim.course
        tokens = [member.token for member in course]
        request = BookingRequest(
            tokens, len(course) > 1, "Sample", "sample@example.com", "416 555 0123", {}, "en"
        )
        booked = self.do(lambda s: book(s, request, now=self.model.now))
        may = all(
            member in self.model.alive() and self.model.works(member.practitioner, member.start)
            for member in course
        )
        assert (booked is not None) == may
        if booked:
            assert booked.manage_token is not None
            for member, row in zip(course, booked.appointments):
                member.expires, member.manage, member.appointment = None, booked.manage_token, row.id

    def pick(self, data: st.DataObject, *, is_booked: bool) -> ModelHold | None:
        claims = [claim for claim in self.model.claims if bool(claim.manage) == is_booked]
        return data.draw(st.sampled_from(claims)) if claims else None
