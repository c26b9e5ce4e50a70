"""Screening: questions and answers -> cleared, or call us.

An answer serves the decision alone; only the topics that the practitioner must know are stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from booking.domain.errors import ScreeningIncomplete


class Answer(StrEnum):
    """A visitor's answer to a question."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Outcome(StrEnum):
    """The consequence of an answer."""

    CLEARED = "cleared"
    TELL = "tell"  # tell your practitioner
    CALL = "call"  # please call us: no booking online


@dataclass(frozen=True)
class Question:
    slug: str
    outcomes: Mapping[Answer, Outcome]


@dataclass(frozen=True)
class Verdict:
    """`blocking` questions forbid the booking; `topics` are for the practitioner to talk about (slugs)."""

    blocking: tuple[str, ...]
    topics: tuple[str, ...]

    @property
    def cleared(self) -> bool:
        return not self.blocking


def evaluate(questions: Sequence[Question], answers: Mapping[str, Answer]) -> Verdict:
    """The verdict on a visitor's answers, by slug of the question.

    Raises:
        ScreeningIncomplete: a question has no answer, or there is an answer to another question.
    """
    slugs = [question.slug for question in questions]
    missing = tuple(slug for slug in slugs if slug not in answers)
    surplus = tuple(slug for slug in answers if slug not in slugs)
    if missing or surplus:
        raise ScreeningIncomplete(
            "Please answer every screening question of this service, and only those.",
            path=("screening",),
            missing=missing,
            surplus=surplus,
        )

    def leading_to(outcome: Outcome) -> tuple[str, ...]:
        return tuple(q.slug for q in questions if q.outcomes[answers[q.slug]] is outcome)

    return Verdict(blocking=leading_to(Outcome.CALL), topics=leading_to(Outcome.TELL))
