"""Two practitioners, one room."""

from book_online_room import feature

from book_online.testing import Clinic, open_clinic

SETTINGS = """
[room]
services = ["dry-needling"]
"""
NINE, TEN = "2026-11-24T09:00:00-05:00", "2026-11-24T10:00:00-05:00"
OPEN = """query ($service: ID!) {
  openSlots(filter: { serviceId: $service, from: "2026-11-24", to: "2026-11-24" }, first: 100) {
    edges { node { startsAt practitioner { slug } } }
  }
}"""


def open_at(clinic: Clinic, starts_at: str, service: str) -> list[str]:
    """With whom."""
    known = clinic.ask("query ($slug: String!) { service(slug: $slug) { id } }", slug=service)
    found = clinic.ask(OPEN, service=known["data"]["service"]["id"])["data"]["openSlots"]["edges"]
    return [edge["node"]["practitioner"]["slug"] for edge in found if edge["node"]["startsAt"] == starts_at]


def test_while_one_needles_nobody_else_is_offered_the_time() -> None:
    with open_clinic(feature, settings=SETTINGS) as clinic:
        assert open_at(clinic, NINE, "dry-needling") == ["a", "b"]

        assert clinic.book(NINE, practitioner="a")["problems"] == []

        assert open_at(clinic, NINE, "dry-needling") == []
        assert open_at(clinic, NINE, "consultation") == ["b"]
        assert open_at(clinic, TEN, "dry-needling") == ["a", "b"]


def test_the_other_is_refused_the_time_and_may_take_it_once_the_visit_has_moved() -> None:
    with open_clinic(feature, settings=SETTINGS) as clinic:
        booked = clinic.book(NINE, practitioner="a")

        refused = clinic.book(NINE, practitioner="b")
        assert [problem["__typename"] for problem in refused["problems"]] == ["SlotTaken"]

        assert clinic.move(booked["manageToken"], TEN)["problems"] == []
        assert clinic.book(TEN, practitioner="b")["problems"] != []
        assert clinic.book(NINE, practitioner="b")["problems"] == []
