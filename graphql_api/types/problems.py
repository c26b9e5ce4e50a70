"""Each booking error as a GraphQL type."""

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Self

import strawberry
from altcha import v1 as altcha

from booking.domain import errors
from booking.domain.errors import BookingError
from booking.scheduling.slots import nearest_slots
from graphql_api.resolvers.context import Info
from graphql_api.resolvers.relay import global_id
from graphql_api.resolvers.schema_part import SchemaPart
from graphql_api.types.catalogue import Practitioner, ScreeningQuestion, Service
from graphql_api.types.slots import OpenSlot

IDEMPOTENCY_KEY = (
    "A secret of yours, new for each intention, like a random UUID. Within a day, a repeat with it "
    "does nothing again and answers with what the first request did; with other input it is refused."
)


@strawberry.interface(
    description=(
        "A refusal that was to be expected. More kinds may come: fall back on `message`, and on the phone."
    )
)
class Problem:
    message: str = strawberry.field(description="What is wrong and what to do next, in English.")
    path: list[str] = strawberry.field(
        description='The input that is meant: `["input", "patient", "email"]`; empty if not one input.'
    )
    error: strawberry.Private[Any]

    @classmethod
    def of(cls, error: BookingError) -> Self:
        return cls(message=error.message, path=list(error.path), error=error)


@strawberry.type(description="A value can't be used as it is.")
class InvalidInput(Problem):
    pass


@strawberry.type(description="There is nothing of that id or secret, or it isn't yours.")
class NotFound(Problem):
    pass


@strawberry.interface(description="A refusal that offers other times.")
class SlotProblem(Problem):
    @strawberry.field(description="The nearest times that are open, in order.")
    async def alternatives(self, info: Info) -> list[OpenSlot]:
        # Looked for when all is decided, and only for those who ask: nobody waits for it.
        if self.error.wanted is None:
            return []
        async with info.context.database.read() as session:
            slots = await nearest_slots(session, self.error.wanted, now=info.context.now)
        return [OpenSlot.of(slot) for slot in slots]


@strawberry.type(description="Somebody else holds or booked the time.")
class SlotTaken(SlotProblem):
    pass


@strawberry.type(description="Nobody works then: closed, away, or not one of the clinic's start times.")
class NotOpen(SlotProblem):
    pass


@strawberry.type(description="In the past, or sooner than the clinic can prepare.")
class NoticeTooShort(Problem):
    @strawberry.field(description="The first instant that is late enough.")
    def earliest(self, info: Info) -> datetime:
        return info.context.in_clinic_time(self.error.earliest)


@strawberry.type(description="Further ahead than the clinic plans.")
class BeyondHorizon(Problem):
    @strawberry.field(description="The last day that can be booked.")
    def latest(self) -> date:
        return self.error.latest  # type: ignore[no-any-return]


@strawberry.type(
    description="The practitioner doesn't offer the service, or has no valid certificate on the day."
)
class NotQualified(Problem):
    @strawberry.field(description="Who may deliver it.")
    async def practitioners(self, info: Info) -> list[Practitioner]:
        rows = await info.context.load.practitioners.load_many(self.error.practitioners)
        return [Practitioner.of(row, info.context) for row in rows]


@strawberry.interface(description="A refusal that passes.")
class TemporaryProblem(Problem):
    @strawberry.field(description="How long to wait before asking again.")
    def retry_after_seconds(self) -> int:
        wait: timedelta = self.error.retry_after
        return math.ceil(wait / timedelta(seconds=1))


@strawberry.type(description="You hold as many times as one may. Book or release some, or wait.")
class TooManyHolds(TemporaryProblem):
    pass


@strawberry.type(description="You have booked as often as one may in an hour.")
class TooManyBookings(TemporaryProblem):
    pass


@strawberry.type(description="Too many secrets in a short time that aren't any.")
class TooManyGuesses(TemporaryProblem):
    pass


@strawberry.type(description="To be solved by trying numbers, as ALTCHA does (version 1).")
class Challenge:
    algorithm: str = strawberry.field(description="`SHA-256`.")
    digest: str = strawberry.field(description="The hash of the salt and the number, in hexadecimal.")
    salt: str = strawberry.field(description="What stands before the number.")
    signature: str = strawberry.field(description="To be given back as it is.")
    max_number: int = strawberry.field(description="The number is 0 to this.")

    @classmethod
    def of(cls, made: altcha.Challenge) -> Self:
        return cls(
            algorithm=made.algorithm,
            digest=made.challenge,
            salt=made.salt,
            signature=made.signature,
            max_number=made.max_number,
        )


@strawberry.type(description="Too many ask just now: a time is held only with the `proof` of some work.")
class ProofNeeded(Problem):
    @strawberry.field(description="A new one; it can be used once, within minutes.")
    def challenge(self, info: Info) -> Challenge | None:
        proof, now = info.context.internals.proof_of_work, info.context.now
        return Challenge.of(proof.challenge(now)) if proof else None


@strawberry.type(description="A hold is extended only once.")
class AlreadyExtended(Problem):
    pass


@strawberry.type(description="The idempotency key stands for another request.")
class IdempotencyKeyReused(Problem):
    pass


@strawberry.type(description="The hold ran out before the booking.")
class HoldExpired(SlotProblem):
    @strawberry.field(description="Whether the time is still open and can be held again.")
    def still_open(self) -> bool:
        return self.error.still_open  # type: ignore[no-any-return]


@strawberry.type(description="Screening answers are missing, or answer what was not asked.")
class ScreeningIncomplete(Problem):
    @strawberry.field(description="Questions without an answer.")
    async def missing(self, info: Info) -> list[ScreeningQuestion]:
        rows = await info.context.load.questions.load_many(self.error.missing)
        return [ScreeningQuestion.of(row, info.context) for row in rows]

    @strawberry.field(description="Ids of answered questions that this service doesn't ask.")
    def surplus(self) -> list[strawberry.ID]:
        return [global_id("ScreeningQuestion", slug) for slug in self.error.surplus]


@strawberry.interface(description="A refusal that ends on the phone.")
class PhoneProblem(Problem):
    @strawberry.field(description="The clinic's number in E.164, for links.")
    def phone(self, info: Info) -> str:
        return info.context.clinic.phone

    @strawberry.field(description="The clinic's number as it writes it.")
    def phone_shown(self, info: Info) -> str:
        return info.context.clinic.phone_shown


@strawberry.type(description="This visit needs a talk first. Nothing of the answers was stored.")
class CallTheClinic(PhoneProblem):
    @strawberry.field(description="Services that can still be booked online.")
    async def suitable_services(self, info: Info) -> list[Service]:
        rows = await info.context.load.services.load_many(self.error.suitable)
        return [Service.of(row, info.context) for row in rows]


@strawberry.type(description="The visit is too near, past or cancelled: it can't be changed online.")
class TooLateToChange(PhoneProblem):
    @strawberry.field(description="The last instant at which it could be changed.")
    def deadline(self, info: Info) -> datetime:
        return info.context.in_clinic_time(self.error.deadline)


@strawberry.type(
    description="We can't answer right now. Ask the very same again: what was done is not done twice."
)
class TryAgain(TemporaryProblem):
    pass


@strawberry.type(
    description="A rule of the clinic's own says no; `message` says why, in the language asked for."
)
class Declined(PhoneProblem):
    pass


@strawberry.type(
    description="What has to be asked first, a rule or another calendar, can't answer just now. Ask again."
)
class CheckFailed(TemporaryProblem):
    @strawberry.field(description="The feature that it belongs to.")
    def feature(self) -> str:
        return self.error.feature  # type: ignore[no-any-return]


PROBLEMS: Mapping[type[BookingError], type[Problem]] = {
    errors.InvalidInput: InvalidInput,
    errors.NotFound: NotFound,
    errors.SlotTaken: SlotTaken,
    errors.NotOpen: NotOpen,
    errors.NoticeTooShort: NoticeTooShort,
    errors.BeyondHorizon: BeyondHorizon,
    errors.NotQualified: NotQualified,
    errors.TooManyHolds: TooManyHolds,
    errors.TooManyBookings: TooManyBookings,
    errors.TooManyGuesses: TooManyGuesses,
    errors.ProofNeeded: ProofNeeded,
    errors.AlreadyExtended: AlreadyExtended,
    errors.IdempotencyKeyReused: IdempotencyKeyReused,
    errors.HoldExpired: HoldExpired,
    errors.ScreeningIncomplete: ScreeningIncomplete,
    errors.CallTheClinic: CallTheClinic,
    errors.TooLateToChange: TooLateToChange,
    errors.TryAgain: TryAgain,
    errors.Declined: Declined,
    errors.CheckFailed: CheckFailed,
}

part = SchemaPart(problems=PROBLEMS)


def code_of(refusal: BookingError) -> str:
    """The refusal's name as queries answer it in `extensions.code`: `NOT_FOUND`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(refusal).__name__).upper()
