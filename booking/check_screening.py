"""Whether the answers clear a visit for booking online. Nothing of them is stored here."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from booking.errors import CallTheClinic
from booking.screening import Answer, Question, judge
from booking.storage import queries


async def check_screening(
    session: AsyncSession, service: str, answers: Mapping[str, Answer]
) -> tuple[str, ...]:
    """Answers the questions (slugs) to talk about at the visit.

    Refuses with ScreeningIncomplete, or with CallTheClinic, which doesn't say which answer it was.
    """
    asked = await queries.screening_of(session, service)
    questions = [
        Question(row.slug, {Answer.YES: row.if_yes, Answer.UNSURE: row.if_unsure, Answer.NO: row.if_no})
        for row in asked
    ]
    verdict = judge(questions, answers)
    if not verdict.cleared:
        suitable = await queries.services_not_asking(session, verdict.blocking)
        raise CallTheClinic(
            "Please call us: we would like to talk with you before this visit.",
            path=("screening",),
            suitable=[other.slug for other in suitable],
        )
    return verdict.tell
