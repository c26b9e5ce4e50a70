"""The catalogue and its open slots as FHIR R4 resources, with the extensions of SMART Scheduling Links.

https://github.com/smart-on-fhir/smart-scheduling-links/blob/master/specification.md
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from booking.catalogue.photos import PhotoAddress
from booking.domain.open_slot import OpenSlot
from booking.domain.policy import AppointmentMode
from booking.domain.postal_address import parse_address
from booking.domain.translations import Translations, in_language
from booking.scheduling.schedule import Schedule
from booking.storage.models.catalogue.clinic import Clinic, Location
from booking.storage.models.catalogue.practitioners import Practitioner
from booking.storage.models.catalogue.services import Service
from booking.timegrid.ticks import tick_at

EXTENSIONS = "http://fhir-registry.smarthealthit.org/StructureDefinition"
LANGUAGES = "urn:ietf:bcp:47"
SERVICE_TYPES = "http://terminology.hl7.org/CodeSystem/service-type"
VIRTUAL = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "code": "VR",
    "display": "virtual",
}
"""By video or by phone."""

Resource = dict[str, Any]


@dataclass(frozen=True)
class FhirPublisher:
    """Makes resources in the clinic's own language.

    A resource's `id` is the clinic's slug; its `identifier` is the id that the API knows it by.
    """

    clinic: Clinic
    site: str
    global_id: Callable[[str, object], str]

    def location(self, row: Location) -> Resource:
        address = parse_address(row.address)
        parts = {
            "text": ", ".join(row.address),
            "line": list(address.street),
            "city": address.city,
            "state": address.region,
            "postalCode": address.postal_code,
            "country": address.country,
        }
        return {
            "resourceType": "Location",
            "id": row.slug,
            "identifier": self._identifier("Location", row.slug),
            "status": "active",
            "name": f"{self._text(self.clinic.name)}, {self._text(row.name)}",
            "telecom": [
                {"system": "phone", "value": self.clinic.phone},
                {"system": "url", "value": self.clinic.website or f"{self.site}/book"},
            ],
            "address": {part: value for part, value in parts.items() if value},
        }

    def practitioner(self, row: Practitioner, photo: PhotoAddress | None) -> Resource:
        qualification = [{"code": {"text": self._text(row.title)}}] if row.title else []
        picture = {"contentType": "image/webp", "url": f"{self.site}{photo.path}"} if photo else None
        communication = [{"coding": [{"system": LANGUAGES, "code": language}]} for language in row.languages]
        return {
            "resourceType": "Practitioner",
            "id": row.slug,
            "identifier": self._identifier("Practitioner", row.slug),
            "active": True,
            "name": [{"text": row.name}],
            **({"photo": [picture]} if picture else {}),
            **({"qualification": qualification} if qualification else {}),
            **({"communication": communication} if communication else {}),
        }

    def schedule(self, service: Service, practitioner: Practitioner, location: Location) -> Resource:
        name = self._text(service.name)
        coding = [{"system": self._api, "code": self.global_id("Service", service.slug), "display": name}]
        if service.service_type:
            coding.append({"system": SERVICE_TYPES, "code": service.service_type})
        types: list[Resource] = [{"coding": coding, "text": name}]
        if service.mode is not AppointmentMode.IN_PERSON:
            types.append({"coding": [VIRTUAL]})
        by = {"reference": f"Practitioner/{practitioner.slug}", "display": practitioner.name}
        return {
            "resourceType": "Schedule",
            "id": schedule_id(service.slug, practitioner.slug, location.slug),
            "active": True,
            "serviceType": types,
            # The specification has one actor, the location.
            "actor": [{"reference": f"Location/{location.slug}", "display": self._text(location.name)}],
            "extension": [{"url": f"{self.site}/fhir/schedule-practitioner", "valueReference": by}],
        }

    def slots(self, schedule: Schedule) -> Iterator[Resource]:
        """The schedule's open slots, in order of time."""
        for tick in schedule.window.ticks(schedule.starts):
            yield self.slot(schedule.slot_at(tick), schedule.zone)

    def slot(self, slot: OpenSlot, zone: ZoneInfo) -> Resource:
        """`start` and `end` are on the location's clock, with the offset of that day."""
        tick = tick_at(slot.starts_at)
        schedule = schedule_id(slot.service, slot.practitioner, slot.location)
        key = f"{slot.service}/{slot.practitioner}/{slot.location}/{tick}"
        return {
            "resourceType": "Slot",
            "id": f"{schedule}.{tick}",
            "identifier": self._identifier("OpenSlot", key),
            "schedule": {"reference": f"Schedule/{schedule}"},
            "status": "free",
            "start": slot.starts_at.astimezone(zone).isoformat(),
            "end": slot.ends_at.astimezone(zone).isoformat(),
            "extension": [
                {"url": f"{EXTENSIONS}/booking-deep-link", "valueUrl": self._deep_link(slot)},
                {"url": f"{EXTENSIONS}/booking-phone", "valueString": self.clinic.phone},
            ],
        }

    def _deep_link(self, slot: OpenSlot) -> str:
        at = f"{slot.starts_at:%Y-%m-%dT%H:%MZ}"
        query = urlencode({"practitioner": slot.practitioner, "location": slot.location, "at": at})
        return f"{self.site}/book/{quote(slot.service)}?{query}"

    def _identifier(self, type_name: str, key: str) -> list[dict[str, str]]:
        return [{"system": self._api, "value": self.global_id(type_name, key)}]

    @property
    def _api(self) -> str:
        return f"{self.site}/graphql"

    def _text(self, translations: Translations) -> str:
        return in_language(translations, self.clinic.languages[0])


def schedule_id(service: str, practitioner: str, location: str) -> str:
    """A hash: three slugs may be longer than the 64 characters of a FHIR id."""
    return hashlib.sha256(f"{service}/{practitioner}/{location}".encode()).hexdigest()[:24]
