"""Problems: the GraphQL type of each refusal. A new one is its error class and one entry here."""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Self, TypeVar

import strawberry
from altcha import v1 as altcha

from booking.domain import errors
from booking.domain.error_text import is_worded_by_feature
from booking.domain.errors import BookingError
from booking.scheduling.shared_answers import alternatives_to
from graphql_api.context.context import Info
from graphql_api.context.schema_part import SchemaPart
from graphql_api.types.catalogue import Practitioner, Service
from graphql_api.types.relay import global_id
from graphql_api.types.service_details import ConsentText, ScreeningQuestion
from graphql_api.types.slots import OpenSlot

PROBLEMS: dict[type[BookingError], type["Problem"]] = {}
"""The type that shows each refusal. The types without fields of their own are made by the loop below."""


@strawberry.interface(
    description=(
        "A refusal that was to be expected. More kinds may come: fall back on `message`, and on the phone."
    )
)
class Problem:
    message: str = strawberry.field(
        description="What is wrong and what to do next, in English, or in the words of `visitorMessage`."
    )

    @strawberry.field(
        description=(
            "What a rule or a feature of the clinic tells the visitor, in their language. Null for all other "
            "refusals: there each client has words of its own for the type."
        )
    )
    def visitor_message(self) -> str | None:
        is_core = isinstance(self.error, BookingError) and not is_worded_by_feature(self.error)
        return None if is_core else self.message

    path: list[str] = strawberry.field(
        description='The input that is meant: `["input", "patient", "email"]`; empty if not one input.'
    )
    error: strawberry.Private[Any]

    @classmethod
    def of(cls, error: BookingError) -> Self:
        return cls(message=error.message, path=list(error.path), error=error)


@strawberry.interface(description="A refusal that offers other times.")
class SlotProblem(Problem):
    @strawberry.field(description="The nearest open slots, in order.")
    async def alternatives(self, info: Info) -> list[OpenSlot]:
        # Searched after the transaction, and only where the field is requested: no writer waits for it.
        if self.error.wanted is None:
            return []
        slots = await alternatives_to(info.context.database, self.error.wanted, now=info.context.now)
        await info.context.load.prime_for(slots)
        return [OpenSlot.of(slot) for slot in slots]


@strawberry.interface(description="A refusal that passes.")
class TemporaryProblem(Problem):
    @strawberry.field(description="How long to wait before asking again.")
    def retry_after_seconds(self) -> int:
        wait: timedelta = self.error.retry_after
        return math.ceil(wait / timedelta(seconds=1))


@strawberry.interface(description="A refusal that only a call to the clinic can solve.")
class PhoneProblem(Problem):
    @strawberry.field(description="The clinic's number in E.164, for links.")
    def phone(self, info: Info) -> str:
        return info.context.clinic.phone

    @strawberry.field(description="The clinic's number as the clinic writes it.")
    def phone_shown(self, info: Info) -> str:
        return info.context.clinic.phone_shown


P = TypeVar("P", bound=Problem)


def problem(refusal: type[BookingError], description: str) -> Callable[[type[P]], type[P]]:
    """Register the decorated class as the GraphQL type that shows this refusal."""

    def register(kind: type[P]) -> type[P]:
        PROBLEMS[refusal] = shown = strawberry.type(kind, description=description)
        return shown

    return register


for refusal, base, description in (
    (errors.NotFound, Problem, "Nothing has this id or secret, or it isn't yours."),
    (errors.SlotTaken, SlotProblem, "The time is held or booked already."),
    (errors.NotOpen, SlotProblem, "No open time: closed, away, or not one of the clinic's start times."),
    (
        errors.OfferEnded,
        SlotProblem,
        "A time that the waiting list offered is not held any more. The entry waits as before.",
    ),
    (errors.NoWaitingList, PhoneProblem, "The clinic has no waiting list online."),
    (errors.NoMails, PhoneProblem, "No server of the clinic sends mails."),
    (
        errors.TooManyCorrections,
        PhoneProblem,
        "The address was corrected three times: more only by phone.",
    ),
    (errors.TooManyHolds, TemporaryProblem, "You hold too many times. Book or release some, or wait."),
    (errors.TooManyBookings, TemporaryProblem, "You have booked too often in an hour."),
    (
        errors.TooManyGuesses,
        TemporaryProblem,
        "Not sent any more: wrong secrets stop no right one.",
    ),
    (errors.AlreadyExtended, Problem, "The hold was extended before; a hold is extended only once."),
    (errors.IdempotencyKeyReused, Problem, "The idempotency key was used before, for another request."),
    (errors.TryAgain, TemporaryProblem, "No answer right now. Repeat the request: nothing is done twice."),
    (
        errors.OutOfOrder,
        PhoneProblem,
        "Nothing can be booked online until the server is repaired.",
    ),
    (errors.Declined, PhoneProblem, "A rule of the clinic refuses; `message` says why, in your language."),
):
    problem(refusal, description)(type(refusal.__name__, (base,), {}))


strawberry.enum(
    errors.InvalidInputCode,
    description="What is wrong with a value, for programs. More codes may come: fall back on `message`.",
)


@problem(errors.InvalidInput, "A value can't be used as it is.")
class InvalidInput(Problem):
    @strawberry.field(description="What is wrong with it.")
    def code(self) -> errors.InvalidInputCode:
        return self.error.code  # type: ignore[no-any-return]


@problem(errors.RepeatedTime, "The clock shows this time twice: it is set back that night.")
class RepeatedTime(InvalidInput):
    @strawberry.field(description="Both instants; send the one that is meant, with its offset.")
    def choices(self) -> list[datetime]:
        return list(self.error.choices)


@problem(errors.SkippedTime, "The clock never shows this time: it is set forward that night.")
class SkippedTime(InvalidInput):
    @strawberry.field(description="The first time that the clock shows afterwards.")
    def next_shown(self) -> datetime:
        return self.error.next_shown  # type: ignore[no-any-return]


@problem(errors.NoticeTooShort, "The time is past, or sooner than the clinic can prepare.")
class NoticeTooShort(Problem):
    @strawberry.field(description="The first instant that is late enough.")
    def earliest(self, info: Info) -> datetime:
        return info.context.in_clinic_time(self.error.earliest)


@problem(errors.BeyondHorizon, "The day is further ahead than the clinic plans.")
class BeyondHorizon(Problem):
    @strawberry.field(description="The last day that can be booked.")
    def latest(self) -> date:
        return self.error.latest  # type: ignore[no-any-return]


@problem(
    errors.NotQualified, "The practitioner doesn't offer the service, or has no valid certificate on the day."
)
class NotQualified(Problem):
    @strawberry.field(description="The practitioners who may deliver it.")
    async def practitioners(self, info: Info) -> list[Practitioner]:
        rows = await info.context.load.practitioners.load_many(self.error.practitioners)
        return [Practitioner.of(row, info.context) for row in rows]


@strawberry.type(description="A proof of work to be solved by trying numbers, as ALTCHA does (version 1).")
class Challenge:
    algorithm: str = strawberry.field(description="`SHA-256`.")
    digest: str = strawberry.field(description="The hash of the salt and the number, in hexadecimal.")
    salt: str = strawberry.field(description="The text that stands before the number.")
    signature: str = strawberry.field(description="To be returned as it is, within the proof.")
    max_number: int = strawberry.field(description="The number is between 0 and this.")

    @classmethod
    def of(cls, challenge: altcha.Challenge) -> Self:
        return cls(
            algorithm=challenge.algorithm,
            digest=challenge.challenge,
            salt=challenge.salt,
            signature=challenge.signature,
            max_number=challenge.max_number,
        )


@problem(errors.ProofNeeded, "Under attack, the clinic asks for a `proof` of work before it holds a time.")
class ProofNeeded(Problem):
    @strawberry.field(description="A new challenge; its solution can be used once, within minutes.")
    def challenge(self, info: Info) -> Challenge | None:
        proof, now = info.context.internals.proof_of_work, info.context.now
        return Challenge.of(proof.challenge(now)) if proof else None


@problem(errors.HoldExpired, "The hold expired before the booking.")
class HoldExpired(SlotProblem):
    @strawberry.field(description="Whether the time is still open and can be held again.")
    def still_open(self) -> bool:
        return self.error.still_open  # type: ignore[no-any-return]


@problem(
    errors.ScreeningIncomplete, "Screening answers are missing, or answer questions that were not asked."
)
class ScreeningIncomplete(Problem):
    @strawberry.field(description="Questions without an answer.")
    async def missing(self, info: Info) -> list[ScreeningQuestion]:
        rows = await info.context.load.questions.load_many(self.error.missing)
        return [ScreeningQuestion.of(row, info.context) for row in rows]

    @strawberry.field(description="Ids of answered questions that this service doesn't ask.")
    def surplus(self) -> list[strawberry.ID]:
        return [global_id("ScreeningQuestion", slug) for slug in self.error.surplus]


@problem(
    errors.ConsentRequired, "The clinic asks for consent to a text: none was given, or to a former text."
)
class ConsentRequired(Problem):
    @strawberry.field(description="The text to agree to.")
    async def consent_text(self, info: Info) -> ConsentText | None:
        return await ConsentText.asked_for(info.context)

    @strawberry.field(description="Whether consent was given to a text that has changed since.")
    def is_outdated(self) -> bool:
        return self.error.is_outdated  # type: ignore[no-any-return]


@problem(errors.CallTheClinic, "This visit needs a talk first. The screening answers were not stored.")
class CallTheClinic(PhoneProblem):
    @strawberry.field(description="Services that can still be booked online.")
    async def suitable_services(self, info: Info) -> list[Service]:
        rows = await info.context.load.services.load_many(self.error.suitable)
        return [Service.of(row, info.context) for row in rows]


@problem(
    errors.TooLateToChange, "The visit is too near, past or cancelled: it can't be changed online any more."
)
class TooLateToChange(PhoneProblem):
    @strawberry.field(description="The last instant at which it could be changed.")
    def deadline(self, info: Info) -> datetime:
        return info.context.in_clinic_time(self.error.deadline)


@problem(errors.ChangedMeanwhile, "Somebody else has changed the visit since the `version` that was given.")
class ChangedMeanwhile(Problem):
    @strawberry.field(description="The version that it has now.")
    def version(self) -> int:
        return self.error.version  # type: ignore[no-any-return]


@problem(errors.CheckFailed, "A rule or a calendar of the clinic gives no answer right now. Try again later.")
class CheckFailed(TemporaryProblem):
    @strawberry.field(description="The feature of the clinic that could not answer.")
    def feature(self) -> str:
        return self.error.feature  # type: ignore[no-any-return]


part = SchemaPart(problems=PROBLEMS)


def code_of(refusal: BookingError) -> str:
    """The refusal's name as `extensions.code` of an error shows it: `NOT_FOUND`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(refusal).__name__).upper()
