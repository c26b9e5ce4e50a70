"""Checks the screening answers of a booking. The answers themselves are never stored."""

from collections.abc import Mapping, Sequence
from functools import partial

from booking.domain.errors import CallTheClinic
from booking.domain.screening import Answer, Question, evaluate
from booking.patients.contacts import patient_key
from booking.storage.models.appointments import Appointment
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


async def screen_again(
    session: BookingSession,
    visits: Sequence[Appointment],
    answers: Mapping[str, Answer],
    answered_again: bool,
) -> None:
    """Judge new answers of the patient of these visits, and note what the practitioner has to know.

    Raises:
        BookingError: as `check_screening`.
    """
    service = visits[0].service
    topics = await check_screening(session, service, answers)
    patient = await patient_key(session, visits[0].patient)
    is_repeated = answered_again and await has_screening(session, service)
    for visit in visits:
        if patient is not None:  # else the patient was erased
            visit.tell_practitioner = patient.encrypt_topics(visit.id, topics)
        if answered_again:
            visit.screening_repeated = is_repeated


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
