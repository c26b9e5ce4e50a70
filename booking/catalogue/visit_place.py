"""Where a visit takes place and how to get there, in words; or that it is by video or by phone."""

from booking.domain.policy import AppointmentMode
from booking.domain.translations import in_language
from booking.i18n.texts import Texts
from booking.storage.models.catalogue.clinic import Location
from booking.storage.models.catalogue.services import Service

REMOTE = {AppointmentMode.VIDEO: "mode.video", AppointmentMode.PHONE: "mode.phone"}
"""The text for each way that needs no way to the clinic."""


def place_lines(service: Service, location: Location, texts: Texts, language: str) -> list[str]:
    """The name of the place and its address, line by line; `language` is for the clinic's own texts."""
    if service.mode in REMOTE:
        return [texts(REMOTE[service.mode])]
    return [in_language(location.name, language), *location.address]


def arrival_lines(service: Service, location: Location, language: str) -> list[str]:
    """How to get to the place of a visit, and where to park; none where nobody comes."""
    if service.mode in REMOTE:
        return []
    return [in_language(text, language) for text in (location.directions, location.parking) if text]
