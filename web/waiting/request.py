"""A request for a page of an entry of the waiting list: the secret in its address opens it."""

from typing import ClassVar

from web.visits.request import VisitRequest


class WaitingRequest(VisitRequest):
    """`token` is that of the entry, or that of a mail which offered it a time."""

    room: ClassVar[str] = "waiting"
