"""What the clinic offers, as resources of FHIR R4 and in the words of SMART Scheduling Links.

https://github.com/smart-on-fhir/smart-scheduling-links/blob/master/specification.md
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from booking.domain.open_slot import OpenSlot
from booking.domain.postal_address import parse_address
from booking.domain.translations import in_language
from booking.scheduling.schedule import Schedule
from booking.scheduling.slots import slot_at_tick
from booking.storage.models.catalogue import Clinic, Location, Practitioner, Service
from booking.timegrid.ticks import tick_at

EXTENSIONS = "http://fhir-registry.smarthealthit.org/StructureDefinition"
LANGUAGES = "urn:ietf:bcp:47"

Resource = dict[str, Any]


@dataclass(frozen=True)
class FhirPublisher:
    """Texts are in the clinic's own language. Ids are the clinic's slugs; `identifier` is the API's id."""

    clinic: Clinic
    site: str
    api_id: Callable[[str, object], str]

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
            "name": f"{self._words(self.clinic.name)}, {self._words(row.name)}",
            "telecom": [
                {"system": "phone", "value": self.clinic.phone},
                {"system": "url", "value": self.clinic.website or f"{self.site}/book"},
            ],
            "address": {part: value for part, value in parts.items() if value},
        }

    def practitioner(self, row: Practitioner) -> Resource:
        title = [{"code": {"text": self._words(row.title)}}] if row.title else []
        spoken = [{"coding": [{"system": LANGUAGES, "code": language}]} for language in row.languages]
        return {
            "resourceType": "Practitioner",
            "id": row.slug,
            "identifier": self._identifier("Practitioner", row.slug),
            "active": True,
            "name": [{"text": row.name}],
            **({"qualification": title} if title else {}),
            **({"communication": spoken} if spoken else {}),
        }

    def schedule(self, service: Service, practitioner: Practitioner, location: Location) -> Resource:
        name = self._words(service.name)
        code = {
            "system": self._api,
            "code": self.api_id("Service", service.slug),
            "display": name,
        }
        return {
            "resourceType": "Schedule",
            "id": schedule_id(service.slug, practitioner.slug, location.slug),
            "active": True,
            "serviceType": [{"coding": [code], "text": name}],
            "actor": [
                {"reference": f"Location/{location.slug}", "display": self._words(location.name)},
                {"reference": f"Practitioner/{practitioner.slug}", "display": practitioner.name},
            ],
        }

    def slots(self, diary: Schedule) -> Iterator[Resource]:
        """What is open, in order of time."""
        for tick in diary.window.ticks(diary.starts):
            yield self.slot(slot_at_tick(diary.service, diary, tick), diary.zone)

    def slot(self, slot: OpenSlot, zone: ZoneInfo) -> Resource:
        """A time on the location's clock, with the offset of that day."""
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
        wanted = {"practitioner": slot.practitioner, "location": slot.location, "at": _utc(slot.starts_at)}
        return f"{self.site}/book/{quote(slot.service)}?{urlencode(wanted)}"

    def _identifier(self, kind: str, key: str) -> list[dict[str, str]]:
        return [{"system": self._api, "value": self.api_id(kind, key)}]

    @property
    def _api(self) -> str:
        return f"{self.site}/graphql"

    def _words(self, words: dict[str, str]) -> str:
        return in_language(words, self.clinic.languages[0])


def schedule_id(service: str, practitioner: str, location: str) -> str:
    """Three slugs may be longer than the 64 characters of an id, so it is made from their hash."""
    return hashlib.sha256(f"{service}/{practitioner}/{location}".encode()).hexdigest()[:24]


def _utc(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%MZ}"
