"""Checks the screening answers of a booking. The answers themselves are never stored."""

from collections.abc import Mapping
from functools import partial

from booking.domain.errors import CallTheClinic
from booking.domain.screening import Answer, Question, evaluate
from booking.storage.queries.catalogue import cached, screening_questions_of, services_not_asking
from booking.storage.session import BookingSession


async def check_screening(
    session: BookingSession, service: str, answers: Mapping[str, Answer]
) -> tuple[str, ...]:
    """The questions (slugs) that the practitioner talks about at the visit.

    Raises:
        ScreeningIncomplete: not every question, or another one, is answered.
        CallTheClinic: an answer blocks; it doesn't name the answer.
    """
    questions = await _cached_questions(session, service)
    verdict = evaluate(questions, answers)
    if not verdict.cleared:
        suitable = await services_not_asking(session, verdict.blocking)
        raise CallTheClinic(
            "Please call us: we would like to talk with you before this visit.",
            path=("screening",),
            suitable=[other.slug for other in suitable],
        )
    return verdict.topics


async def has_screening(session: BookingSession, service: str) -> bool:
    """Whether the service asks any question."""
    return bool(await _cached_questions(session, service))


async def _cached_questions(session: BookingSession, service: str) -> list[Question]:
    return await cached(session, ("screening", service), partial(_questions, session, service))


async def _questions(session: BookingSession, service: str) -> list[Question]:
    return [
        Question(row.slug, {Answer.YES: row.if_yes, Answer.UNSURE: row.if_unsure, Answer.NO: row.if_no})
        for row in await screening_questions_of(session, service)
    ]
