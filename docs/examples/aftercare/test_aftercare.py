"""The feature in a clinic of its own."""

from book_online_aftercare import feature

from book_online.testing import open_clinic

SETTINGS = """
[aftercare.advice]
dry-needling = { en = "Drink enough, and rest.", fr = "Buvez assez, et reposez-vous." }
"""
ASKED = "{ services { edges { node { slug aftercareAdvice } } } }"


def test_a_service_comes_with_advice_in_the_language_asked_for() -> None:
    with open_clinic(feature, settings=SETTINGS) as clinic:
        answer = clinic.ask(ASKED)

    assert [edge["node"] for edge in answer["data"]["services"]["edges"]] == [
        {"slug": "dry-needling", "aftercareAdvice": "Drink enough, and rest."},
        {"slug": "consultation", "aftercareAdvice": None},
    ]
