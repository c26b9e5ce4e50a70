"""A client of the GraphQL API: the documents that tests send, as methods."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from graphql_api.types.relay import global_id

PATIENT = {"name": "Sample Patient", "email": "patient@example.com", "phone": "416 555 0123"}
QUESTIONS = ("pregnancy", "bleeding", "infection", "pacemaker", "needle-fear", "metal-allergy")

PROBLEMS = """
fragment Why on Problem {
  __typename message path
  ... on InvalidInput { code }
  ... on SlotTaken { alternatives { startsAt practitioner { slug } } }
  ... on NotOpen { alternatives { startsAt practitioner { slug } } }
  ... on NoticeTooShort { earliest }
  ... on BeyondHorizon { latest }
  ... on NotQualified { practitioners { slug } }
  ... on HoldExpired { stillOpen alternatives { startsAt practitioner { slug } } }
  ... on ScreeningIncomplete { missing { slug } surplus }
  ... on CallTheClinic { phone phoneShown suitableServices { slug } }
  ... on TooLateToChange { deadline phone }
  ... on TemporaryProblem { retryAfterSeconds }
}
"""
OPEN_SLOTS = """
query ($filter: OpenSlotFilter!, $first: Int! = 100, $after: String) {
  openSlots(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id startsAt endsAt practitioner { slug } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
HOLD = (
    """mutation ($input: HoldSlotInput!) { holdSlot(input: $input) {
  hold { id expiresAt expiresInSeconds slot { id startsAt endsAt practitioner { slug } } }
  holdToken problems { ...Why }
} }"""
    + PROBLEMS
)
HOLD_COURSE = (
    """mutation ($input: HoldCourseInput!) { holdCourse(input: $input) {
  holds { id expiresAt slot { startsAt practitioner { slug } } } holdTokens problems { ...Why }
} }"""
    + PROBLEMS
)
EXTEND = (
    """mutation ($input: ExtendHoldInput!) { extendHold(input: $input) {
  hold { id expiresAt expiresInSeconds } problems { ...Why }
} }"""
    + PROBLEMS
)
COURSE_SLOTS = """
query ($serviceId: ID!, $startsAt: DateTime!, $everyDays: Int! = 7, $practitionerId: ID, $locationId: ID) {
  courseSlots(serviceId: $serviceId, startsAt: $startsAt, everyDays: $everyDays,
    practitionerId: $practitionerId, locationId: $locationId) { startsAt practitioner { slug } }
}
"""
BOOK = (
    """mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) {
  appointment { id reference status startsAt endsAt canChange changeDeadline
    service { slug } practitioner { slug } location { slug } course { id } }
  manageToken problems { ...Why }
} }"""
    + PROBLEMS
)
BOOK_COURSE = (
    """mutation ($input: BookCourseInput!) { bookCourse(input: $input) {
  course { id appointments { id reference status startsAt practitioner { slug } } }
  manageToken problems { ...Why }
} }"""
    + PROBLEMS
)
MOVE = (
    """mutation ($input: RescheduleAppointmentInput!) { rescheduleAppointment(input: $input) {
  appointment { id status startsAt endsAt practitioner { slug } location { slug } } problems { ...Why }
} }"""
    + PROBLEMS
)
MOVE_COURSE = (
    """mutation ($input: RescheduleCourseInput!) { rescheduleCourse(input: $input) {
  course { id appointments { id status startsAt practitioner { slug } version sequence } } problems { ...Why }
} }"""
    + PROBLEMS
)
COURSE_MOVE = """query ($token: String!, $byDays: Int!, $practitionerId: ID, $anyPractitioner: Boolean) {
  courseMove(
    manageToken: $token, byDays: $byDays, practitionerId: $practitionerId, anyPractitioner: $anyPractitioner
  ) {
    appointment { id } slot { startsAt practitioner { slug } }
  }
}"""
CANCEL = (
    """mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) {
  appointment { id status } problems { ...Why }
} }"""
    + PROBLEMS
)
CHECK_SCREENING = (
    """mutation ($input: CheckScreeningInput!) { checkScreening(input: $input) {
  cleared problems { ...Why }
} }"""
    + PROBLEMS
)
APPOINTMENT = """query ($token: String!, $id: ID) { appointment(manageToken: $token, id: $id) {
  id reference status startsAt practitioner { slug } canChange changeDeadline calendarFile
  course { appointments { id startsAt status } }
} }"""


def shows_phone(text: str, last_digits: str = "5550123") -> bool:
    """Whether a phone number with these last digits is in a text, however it is written.

    Fewer than seven digits are also in random identifiers, now and then.
    """
    return re.search(r"[\s().-]{0,2}".join(last_digits), text) is not None


def service_id(slug: str = "dry-needling") -> str:
    return global_id("Service", slug)


def practitioner_id(letter: str) -> str:
    return global_id("Practitioner", f"sample-practitioner-{letter}")


def location_id(slug: str) -> str:
    return global_id("Location", slug)


def screening_answers(**other: str) -> list[dict[str, str]]:
    """NO to every question of dry needling, except the questions that are named."""
    return [
        {
            "questionId": global_id("ScreeningQuestion", slug),
            "answer": other.get(slug.replace("-", "_"), "NO"),
        }
        for slug in QUESTIONS
    ]


class HasErrors(AssertionError):
    """A response with `errors`, though `data` may be there too."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.codes = {error.get("extensions", {}).get("code") for error in errors}


@dataclass(frozen=True)
class GraphQLClient:
    """Each method sends a document and returns its one field of `data`."""

    http: httpx.AsyncClient

    async def ask(self, query: str, *, language: str = "en", **variables: Any) -> dict[str, Any]:
        """The whole response, `data` and `errors`; its status must be 200."""
        # As ASCII: half a surrogate pair can only be sent escaped.
        body = json.dumps({"query": query, "variables": variables})
        headers = {"accept-language": language, "content-type": "application/json"}
        response = await self.http.post("/graphql", content=body, headers=headers)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def _mutate(self, document: str, field: str, **given: Any) -> dict[str, Any]:
        answer = await self.ask(document, input=given)
        if "errors" in answer:
            raise HasErrors(answer["errors"])
        done: dict[str, Any] = answer["data"][field]
        return done

    async def open_slots(self, first_day: str, last_day: str, **more: Any) -> list[dict[str, Any]]:
        """The slots of all pages."""
        wanted = {"serviceId": service_id(), "from": first_day, "to": last_day} | more
        slots: list[dict[str, Any]] = []
        after = None
        while True:
            page = (await self.ask(OPEN_SLOTS, filter=wanted, after=after))["data"]["openSlots"]
            slots += [edge["node"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return slots

    async def hold(self, starts_at: str, *, service: str = "dry-needling", **more: Any) -> dict[str, Any]:
        given = {"serviceId": service_id(service), "startsAt": starts_at} | more
        return await self._mutate(HOLD, "holdSlot", **given)

    async def hold_course(
        self, times: list[str], *, service: str = "dry-needling-course", **more: Any
    ) -> dict[str, Any]:
        given = {"serviceId": service_id(service), "startsAt": times} | more
        return await self._mutate(HOLD_COURSE, "holdCourse", **given)

    async def course_slots(
        self, starts_at: str, *, service: str = "dry-needling-course", **more: Any
    ) -> dict[str, Any]:
        """The whole response."""
        given = {"serviceId": service_id(service), "startsAt": starts_at} | more
        return await self.ask(COURSE_SLOTS, **given)

    async def extend(self, token: str) -> dict[str, Any]:
        return await self._mutate(EXTEND, "extendHold", holdToken=token)

    async def release(self, token: str) -> dict[str, Any]:
        document = "mutation ($input: ReleaseHoldInput!) { releaseHold(input: $input) { released } }"
        return await self._mutate(document, "releaseHold", holdToken=token)

    async def book(self, token: str, **more: Any) -> dict[str, Any]:
        given = {"holdToken": token, "patient": PATIENT, "screening": screening_answers()} | more
        return await self._mutate(BOOK, "bookAppointment", **given)

    async def book_course(self, tokens: list[str], **more: Any) -> dict[str, Any]:
        given = {"holdTokens": tokens, "patient": PATIENT, "screening": screening_answers()} | more
        return await self._mutate(BOOK_COURSE, "bookCourse", **given)

    async def hold_and_book(self, starts_at: str, **more: Any) -> dict[str, Any]:
        """The payload of a booking that has to succeed."""
        held = await self.hold(starts_at, **more)
        assert held["problems"] == [], held
        done = await self.book(held["holdToken"])
        assert done["problems"] == [], done
        return done

    async def reschedule(self, manage_token: str, starts_at: str, **more: Any) -> dict[str, Any]:
        return await self._mutate(
            MOVE, "rescheduleAppointment", manageToken=manage_token, startsAt=starts_at, **more
        )

    async def course_move(self, manage_token: str, by_days: int, **more: Any) -> list[tuple[str, str | None]]:
        """The id of each visit that can be moved, with the start that is suggested for it."""
        answer = await self.ask(COURSE_MOVE, token=manage_token, byDays=by_days, **more)
        assert "errors" not in answer, answer["errors"]
        plan = answer["data"]["courseMove"]
        return [(each["appointment"]["id"], each["slot"] and each["slot"]["startsAt"]) for each in plan]

    async def reschedule_course(
        self, manage_token: str | None, times: Mapping[str, str], **more: Any
    ) -> dict[str, Any]:
        """`times` by the id of the visit."""
        visits = [{"appointmentId": visit, "startsAt": start} for visit, start in times.items()]
        given = {"manageToken": manage_token, "visits": visits} | more
        return await self._mutate(MOVE_COURSE, "rescheduleCourse", **given)

    async def cancel(self, manage_token: str, **more: Any) -> dict[str, Any]:
        return await self._mutate(CANCEL, "cancelAppointment", manageToken=manage_token, **more)

    async def check_screening(
        self, screening: list[dict[str, str]], service: str = "dry-needling"
    ) -> dict[str, Any]:
        return await self._mutate(
            CHECK_SCREENING, "checkScreening", serviceId=service_id(service), screening=screening
        )

    async def appointment(self, manage_token: str, id: str | None = None) -> dict[str, Any] | None:
        answer = await self.ask(APPOINTMENT, token=manage_token, id=id)
        assert "errors" not in answer, answer["errors"]
        found: dict[str, Any] | None = answer["data"]["appointment"]
        return found


def problem_types(payload: dict[str, Any]) -> list[str]:
    """The types of a payload's problems."""
    return [problem["__typename"] for problem in payload["problems"]]
