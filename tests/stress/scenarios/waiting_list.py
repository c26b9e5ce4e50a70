"""The waiting list: one time opens, is offered to one of those who wait, and all want it at once."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from booking.storage.models.appointments import AppointmentStatus
from tests.stress.clinic import practitioner_slug
from tests.stress.deployment import Deployment, Outcome, Tally, practitioner_id
from tests.stress.scenarios.holds import TAKEN, confirmed_appointment
from tests.support.graphql_client import PATIENT, PROBLEMS, GraphQLClient, service_id

SCENARIO = "waiting"
PATIENTS = 5
OFFER_WITHIN = timedelta(seconds=60)
VISIT = timedelta(minutes=30)
JOIN = (
    """mutation ($input: JoinWaitingListInput!) { joinWaitingList(input: $input) {
  waitingListToken problems { ...Why } } }"""
    + PROBLEMS
)
ENTRY = "query ($token: String!) { waitingListEntry(waitingListToken: $token) { openOffer { id } } }"
ACCEPT = (
    """mutation ($input: AcceptWaitingListOfferInput!) { acceptWaitingListOffer(input: $input) {
  appointment { id reference status startsAt practitioner { slug } } problems { ...Why } } }"""
    + PROBLEMS
)


async def waiting_list(deployment: Deployment, *, attempts: int) -> Outcome:
    """A visit is cancelled. Who is asked takes its time on many phones, while the public wants it too."""
    tally = Tally(SCENARIO, deployment)
    at, partners = deployment.starts()[0], cycle(deployment.partners)
    booked = await _book(tally, next(partners), at)
    former = confirmed_appointment(booked["appointment"])
    tokens = [await _join(tally, next(partners), at, number) for number in range(PATIENTS)]
    await next(partners).cancel(booked["manageToken"])
    token, offer = await _offered(deployment, tokens)
    tally.check(bool(offer), f"nobody was asked within {OFFER_WITHIN.seconds} s")

    async def take(partner: GraphQLClient) -> dict[str, Any] | None:
        wanted = {"waitingListToken": token, "offerId": offer}
        return await tally.ask(payload_of(partner, ACCEPT, **wanted))

    async def hold(partner: GraphQLClient) -> dict[str, Any] | None:
        request = partner.hold(at.isoformat(), service=SCENARIO, practitionerId=_practitioner())
        return await tally.ask(request, refusals_allowed=TAKEN)

    answers = await asyncio.gather(
        *(take(next(partners)) if number % 2 else hold(next(partners)) for number in range(attempts))
    )
    visits = [answer["appointment"] for answer in answers if answer and answer.get("appointment")]
    held = [answer for answer in answers if answer and answer.get("hold")]
    tally.check(not held, f"{len(held)} held the time that was offered")
    tally.check(
        len({visit["id"] for visit in visits}) == 1, "the time was taken more than once, or not at all"
    )
    cancelled = replace(former, status=AppointmentStatus.CANCELLED)
    confirmed = [cancelled, *(confirmed_appointment(visit) for visit in visits[:1])]
    return await tally.close(confirmed=confirmed, held=[])


async def _book(tally: Tally, partner: GraphQLClient, at: datetime) -> dict[str, Any]:
    held = await partner.hold(at.isoformat(), service=SCENARIO, practitionerId=_practitioner())
    booked = await tally.ask(partner.book(held["holdToken"], screening=[]))
    assert booked is not None
    return booked


async def _join(tally: Tally, partner: GraphQLClient, at: datetime, number: int) -> str:
    patient = {**PATIENT, "email": f"waiting-{number}@example.com"}
    joined = await tally.ask(payload_of(partner, JOIN, **wish_for(SCENARIO, at), patient=patient))
    return str(joined["waitingListToken"]) if joined else ""


def wish_for(service: str, at: datetime) -> dict[str, Any]:
    """For this time alone: of all others, none suits."""
    minutes = {"weekday": at.strftime("%A").upper(), "begins": f"{at:%H:%M}", "ends": f"{at + VISIT:%H:%M}"}
    day = f"{at.date()}"
    return {"serviceId": service_id(service), "availableTimes": [minutes], "firstDay": day, "lastDay": day}


async def _offered(deployment: Deployment, tokens: list[str]) -> tuple[str, str]:
    """The secret of who was asked, and the offer; two empty texts if nobody is."""
    for _ in range(OFFER_WITHIN.seconds):
        for token in tokens:
            answer = await deployment.partners[0].ask(ENTRY, token=token)
            entry = answer["data"]["waitingListEntry"]
            if entry and entry["openOffer"]:
                return token, entry["openOffer"]["id"]
        await asyncio.sleep(1)
    return "", ""


async def payload_of(partner: GraphQLClient, document: str, **given: Any) -> dict[str, Any]:
    """Of a mutation with one field."""
    answer = await partner.ask(document, input=given)
    assert "errors" not in answer, answer
    [payload] = answer["data"].values()
    assert isinstance(payload, dict)
    return payload


def _practitioner() -> str:
    return practitioner_id(practitioner_slug(SCENARIO, 1))
