"""Where a visit takes place, in words: the location and its address, or that it is by video or by phone."""

from booking.domain.policy import AppointmentMode
from booking.domain.translations import in_language
from booking.i18n.texts import Texts
from booking.storage.models.catalogue import Location, Service

REMOTE = {AppointmentMode.VIDEO: "mode.video", AppointmentMode.PHONE: "mode.phone"}
"""The text for each way that needs no way to the clinic."""


def place_lines(service: Service, location: Location, texts: Texts, language: str) -> list[str]:
    """The name of the place and its address, line by line; `language` is for the clinic's own texts."""
    if service.mode in REMOTE:
        return [texts(REMOTE[service.mode])]
    return [in_language(location.name, language), *location.address]
