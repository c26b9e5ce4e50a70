"""What a form says to the screening questions."""

import pytest

from booking.domain.screening import Outcome
from booking.storage.models.catalogue.services import ScreeningQuestion
from rendering.form import Form
from web.noscript.screening import GivenAnswers


def question(slug: str, *, no: Outcome = Outcome.CLEARED) -> ScreeningQuestion:
    return ScreeningQuestion(slug=slug, if_yes=Outcome.CALL, if_unsure=Outcome.CALL, if_no=no)


QUESTIONS = [question("fear"), question("metal"), question("adult", no=Outcome.CALL)]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([], {}),
        ([("sure-fear", "unsure"), ("sure-metal", "yes")], {}),
        ([("none", "1")], {"fear": "no", "metal": "no"}),
        ([("applies", "fear"), ("sure-fear", "yes")], {"fear": "yes", "metal": "no"}),
        ([("applies", "fear"), ("sure-fear", "unsure")], {"fear": "unsure", "metal": "no"}),
        ([("applies", "fear"), ("none", "1")], {}),
        ([("applies", "fear"), ("none", "1"), ("answer-fear", "no")], {}),
        ([("applies", "another")], {}),
        ([("applies", "adult")], {}),
        ([("answer-adult", "yes"), ("answer-fear", "no")], {"adult": "yes", "fear": "no"}),
        ([("answer-fear", "no"), ("applies", "fear"), ("sure-fear", "")], {"fear": "yes", "metal": "no"}),
        ([("answer-fear", "perhaps"), ("answer-another", "no")], {}),
    ],
)
def test_silence_is_never_a_no(sent: list[tuple[str, str]], said: dict[str, str]) -> None:
    assert GivenAnswers.read(Form(sent)).to(QUESTIONS) == said
