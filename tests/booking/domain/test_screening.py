"""Pure: answers -> cleared, tell, or call us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.errors import ScreeningIncomplete
from booking.domain.screening import Answer, Outcome, Question, evaluate

outcomes = st.fixed_dictionaries({answer: st.sampled_from(Outcome) for answer in Answer})


@given(led=st.lists(st.tuples(outcomes, st.sampled_from(Answer)), max_size=6))
def test_a_visit_is_cleared_unless_an_answer_leads_to_a_call(
    led: list[tuple[dict[Answer, Outcome], Answer]],
) -> None:
    questions = [Question(f"q{index}", where) for index, (where, _) in enumerate(led)]
    answers = {f"q{index}": answer for index, (_, answer) in enumerate(led)}

    verdict = evaluate(questions, answers)

    leads = {slug: questions[int(slug[1:])].outcomes[answer] for slug, answer in answers.items()}
    assert verdict.cleared == (Outcome.CALL not in leads.values())
    assert set(verdict.blocking) == {slug for slug, outcome in leads.items() if outcome is Outcome.CALL}
    assert set(verdict.topics) == {slug for slug, outcome in leads.items() if outcome is Outcome.TELL}


def test_every_question_and_no_other_must_be_answered() -> None:
    cleared = dict.fromkeys(Answer, Outcome.CLEARED)

    with pytest.raises(ScreeningIncomplete) as refused:
        evaluate([Question("a", cleared), Question("b", cleared)], {"b": Answer.NO, "c": Answer.NO})

    assert (refused.value.missing, refused.value.surplus) == (("a",), ("c",))
