"""An insurer that books for those it insures."""

from typing import Any

from book_online_insurance.feature import feature

from book_online.testing import Clinic, open_clinic

SETTINGS = """
[insurance.insurers.sample]
name = "Sample Insurer"
key = "insurer"
practitioners = ["a"]
"""
TIMES = ["2026-11-24T09:00:00-05:00", "2026-11-24T10:00:00-05:00", "2026-11-24T11:00:00-05:00"]
OWN = """{ appointments(first: 10) { edges { node {
  startsAt insuranceClaim { insurer madeAt }
} } } }"""


def insurers_key(clinic: Clinic) -> str:
    return clinic.key("catalogue", "availability", "book", "appointment-read", id="insurer")


def kinds(payload: Any) -> list[str]:
    return [problem["__typename"] for problem in payload["problems"]]


def test_anybody_sees_for_whom_an_insurer_pays() -> None:
    with open_clinic(feature, settings=SETTINGS) as clinic:
        known = clinic.ask('{ insurancePractitioners(insurer: "sample") { slug } }')
        unknown = clinic.ask('{ insurancePractitioners(insurer: "other") { slug } }')

    assert known == {"data": {"insurancePractitioners": [{"slug": "a"}]}}
    assert unknown == {"data": {"insurancePractitioners": None}}


def test_each_visit_that_an_insurer_books_is_a_claim() -> None:
    with open_clinic(feature, settings=SETTINGS) as clinic:
        key = insurers_key(clinic)
        for time in TIMES:
            assert kinds(clinic.book(time, practitioner="a", key=key)) == []
        claim = {"insurer": "Sample Insurer", "madeAt": "2026-11-23T07:00:01-05:00"}

        answer = clinic.ask(OWN, key=key)

    visits = [edge["node"] for edge in answer["data"]["appointments"]["edges"]]
    assert sorted(visits, key=lambda visit: visit["startsAt"]) == [
        {"startsAt": time, "insuranceClaim": claim} for time in TIMES
    ]


def test_an_insurer_books_only_with_whom_it_has_an_agreement() -> None:
    with open_clinic(feature, settings=SETTINGS) as clinic:
        refused = clinic.book(TIMES[0], practitioner="b", key=insurers_key(clinic))

        assert kinds(refused) == ["InsuranceNotAgreed"]
        assert refused["appointment"] is None
        assert kinds(clinic.book(TIMES[0], practitioner="a")) == []  # and anybody else books as always
