"""Tells the clinic's address book who comes, once a visit is booked."""

import httpx
from pydantic import HttpUrl

from book_online.extend import EventKind, Feature, FeatureSettings, ListenerContext, PermanentFailure

GONE = 410


class CrmSettings(FeatureSettings):
    """Where contacts are sent to."""

    url: HttpUrl


async def send_contact(context: ListenerContext) -> None:
    """At least once: the address book tells a repeat by the `id`. What fails is tried again for four days."""
    if context.event.kind is not EventKind.BOOKED:
        return
    contact = {
        "id": str(context.event.id),
        "name": context.patient.name,
        "email": context.patient.email,
        "reference": context.appointments[0].reference,
    }
    async with httpx.AsyncClient(timeout=10) as http:
        answer = await http.post(str(context.settings.url), json=contact)
    if answer.status_code == GONE:
        raise PermanentFailure("the address book wants to hear no more")
    answer.raise_for_status()


feature = Feature(name="crm", api=1, listeners={"contacts": send_contact}, settings=CrmSettings)
