"""Answers of WebDAV servers (RFC 4918, 13): a property of each resource, read without entities."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from booking.calendars.busy.failure import RefreshFailed
from booking.storage.models.desk.busy_calendars import BusyCode

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
CALENDAR_SERVER = "{http://calendarserver.org/ns/}"
OK = "200"


@dataclass(frozen=True)
class Resource:
    """A resource with the properties that it has, by Clark name."""

    url: str
    properties: Mapping[str, Element]

    def text(self, name: str) -> str:
        found = self.properties.get(name)
        return (found.text or "").strip() if found is not None else ""

    def links(self, name: str) -> list[str]:
        """The addresses within a property."""
        found = self.properties.get(name)
        hrefs = found.iter(f"{DAV}href") if found is not None else ()
        return [urljoin(self.url, (href.text or "").strip()) for href in hrefs]

    @property
    def is_calendar(self) -> bool:
        kinds = self.properties.get(f"{DAV}resourcetype")
        return kinds is not None and kinds.find(f"{CALDAV}calendar") is not None

    @property
    def has_events(self) -> bool:
        """Whether events may be in it; a server that doesn't say so has them."""
        kinds = self.properties.get(f"{CALDAV}supported-calendar-component-set")
        return kinds is None or any(kind.get("name") == "VEVENT" for kind in kinds)


def resources_in(body: bytes, url: str) -> Sequence[Resource]:
    """The resources of a multistatus answer; `url` is where it is from.

    Raises:
        RefreshFailed: it is no such answer.
    """
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise RefreshFailed(BusyCode.NOT_A_CALENDAR) from None
    if root.tag != f"{DAV}multistatus":
        raise RefreshFailed(BusyCode.NOT_A_CALENDAR)
    return [
        Resource(urljoin(url, (each.findtext(f"{DAV}href") or "").strip()), dict(_properties(each)))
        for each in root.iter(f"{DAV}response")
    ]


def _properties(response: Element) -> Iterator[tuple[str, Element]]:
    for found in response.iter(f"{DAV}propstat"):
        if OK in (found.findtext(f"{DAV}status") or OK).split():
            for properties in found.iter(f"{DAV}prop"):
                yield from ((each.tag, each) for each in properties)
