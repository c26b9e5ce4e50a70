"""Whether the answers clear a visit for booking online. Nothing of them is stored here."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from booking.errors import CallTheClinic
from booking.screening import Answer, Question, judge
from booking.storage import queries
from booking.storage.kept import kept


async def check_screening(
    session: AsyncSession, service: str, answers: Mapping[str, Answer]
) -> tuple[str, ...]:
    """Answers the questions (slugs) to talk about at the visit.

    Refuses with ScreeningIncomplete, or with CallTheClinic, which doesn't say which answer it was.
    """
    questions = await kept(session, ("screening", service), partial(_questions, session, service))
    verdict = judge(questions, answers)
    if not verdict.cleared:
        suitable = await queries.services_not_asking(session, verdict.blocking)
        raise CallTheClinic(
            "Please call us: we would like to talk with you before this visit.",
            path=("screening",),
            suitable=[other.slug for other in suitable],
        )
    return verdict.tell


async def _questions(session: AsyncSession, service: str) -> list[Question]:
    return [
        Question(row.slug, {Answer.YES: row.if_yes, Answer.UNSURE: row.if_unsure, Answer.NO: row.if_no})
        for row in await queries.screening_of(session, service)
    ]
