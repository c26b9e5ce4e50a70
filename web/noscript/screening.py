"""The screening questions in a form: a list to tick, and with each answer those whose "no" matters.

What is not ticked is a "no" only where something else is ticked, or "None of these".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from booking.domain.screening import Answer, Outcome
from booking.domain.translations import in_language
from booking.i18n.texts import Texts
from booking.storage.models.catalogue.services import ScreeningQuestion
from rendering.form import Form

ANSWER = "answer-"
TICKED, NONE, UNSURE = "applies", "none", "sure-"


@dataclass(frozen=True)
class GivenAnswers:
    """What a form says: `answers` by slug, as they travel from step to step, and what its list says."""

    answers: Mapping[str, str]
    ticked: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    says_none: bool = False

    @classmethod
    def read(cls, form: Form) -> "GivenAnswers":
        return cls(
            {name.removeprefix(ANSWER): value for name, value in form.pairs if name.startswith(ANSWER)},
            frozenset(form.all(TICKED)),
            frozenset(
                name.removeprefix(UNSURE)
                for name, value in form.pairs
                if name.startswith(UNSURE) and value == Answer.UNSURE
            ),
            bool(form.get(NONE)),
        )

    def to(self, questions: Sequence[ScreeningQuestion]) -> dict[str, Answer]:
        """The valid answers to these questions; other fields of the form are ignored."""
        sent = {question.slug: self.answers.get(question.slug) for question in questions}
        answers = {slug: Answer(answer) for slug, answer in sent.items() if answer in list(Answer)}
        listed = {question.slug for question in questions if is_listed(question)}
        ticked = self.ticked & listed
        if bool(ticked) == self.says_none:
            # Silence, or a contradiction: neither is an answer.
            return {slug: answer for slug, answer in answers.items() if slug not in ticked}
        return answers | {slug: self._answer(slug) for slug in listed}

    def _answer(self, slug: str) -> Answer:
        if slug not in self.ticked:
            return Answer.NO
        return Answer.UNSURE if slug in self.unsure else Answer.YES


@dataclass(frozen=True)
class QuestionView:
    slug: str
    text: str
    statement: str
    why: str
    answer: Answer | None
    is_ticked: bool
    is_unsure: bool
    is_missing: bool


@dataclass(frozen=True)
class QuestionsView:
    """The questions as a page asks them. `mistakes` are the id of a field and what to do there."""

    title: str
    lead: str
    each: Sequence[QuestionView]
    listed: Sequence[QuestionView]
    none: str
    says_none: bool
    mistake: str
    mistakes: Sequence[tuple[str, str]]

    @property
    def are_asked(self) -> bool:
        return bool(self.each or self.listed)

    @classmethod
    def of(
        cls,
        questions: Sequence[ScreeningQuestion],
        given: GivenAnswers,
        texts: Texts,
        *,
        missing: Sequence[str] = (),
    ) -> "QuestionsView":
        """`missing` are the slugs of those that have no answer."""
        answers = given.to(questions)
        views = [
            QuestionView(
                row.slug,
                in_language(row.text, texts.language),
                in_language(row.statement, texts.language) if row.statement else "",
                in_language(row.why, texts.language) if row.why else "",
                answers.get(row.slug),
                row.slug in given.ticked or answers.get(row.slug) in (Answer.YES, Answer.UNSURE),
                row.slug in given.unsure or answers.get(row.slug) is Answer.UNSURE,
                row.slug in missing,
            )
            for row in questions
        ]
        names = {row.slug for row in questions if is_listed(row)}
        listed = [view for view in views if view.slug in names]
        each = [view for view in views if view.slug not in names]
        none = texts.count("screening.none", len(listed))
        mistake = ""
        if any(view.is_missing for view in listed):
            is_both = any(view.is_ticked for view in listed)
            mistake = texts("screening.both" if is_both else "screening.choose", none=none)
        return cls(
            texts.count("screening.title", len(listed)) if listed else texts("screening.questions"),
            texts("screening.lead" if listed else "screening.each"),
            each,
            listed,
            none,
            says_none=given.says_none or (bool(listed) and all(view.answer is Answer.NO for view in listed)),
            mistake=mistake,
            mistakes=[(f"yes-{view.slug}", view.text) for view in each if view.is_missing]
            + ([(f"tick-{listed[0].slug}", mistake)] if mistake else []),
        )


def is_listed(question: ScreeningQuestion) -> bool:
    """Whether its "no" has no consequence."""
    return question.if_no is Outcome.CLEARED
