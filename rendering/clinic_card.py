"""The clinic as every page shows it: its name, phone number, address and opening hours."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from booking.api_keys import framing_origins
from booking.domain.translations import in_language
from booking.i18n.locales import locales, texts_for
from booking.storage.queries.catalogue import get_clinic, listed_locations, opening_hours_by_location
from booking.storage.queries.secrets import live_site_keys
from booking.storage.session import BookingSession
from rendering.opening_hours_text import opening_hours_text


@dataclass(frozen=True)
class ClinicCard:
    """The clinic as the header and footer of every page show it, in one language."""

    name: str
    phone: str  # E.164, for links
    phone_shown: str
    address: Sequence[str]
    hours: Sequence[tuple[str, str]]  # days, times
    framing_origins: Sequence[str] = ()
    """The clinic's own web sites, as their site keys name them: they may show the booking in a frame."""

    @classmethod
    async def read(cls, session: BookingSession, language: str, is_booking: bool = True) -> "ClinicCard":
        """For a page of the booking, or another, which no site may show in a frame."""
        clinic = await get_clinic(session)
        location = (await listed_locations(session))[0]
        rows = (await opening_hours_by_location(session, [location.slug]))[location.slug]
        hours = [(row.weekday, row.opens, row.closes) for row in rows]
        return cls(
            name=in_language(clinic.name, language),
            phone=clinic.phone,
            phone_shown=clinic.phone_shown,
            address=location.address,
            hours=opening_hours_text(hours, texts_for(language)),
            framing_origins=framing_origins(await live_site_keys(session)) if is_booking else (),
        )


ReadCard = Callable[[str, bool], Awaitable[ClinicCard]]


@dataclass(frozen=True)
class ClinicCards:
    """Reads the card of a language; `last` are those read last, for pages without a database."""

    read: ReadCard
    last: dict[str, ClinicCard] = field(default_factory=dict)

    async def __call__(self, language: str, *, is_booking: bool = False) -> ClinicCard:
        card, last = await self.read(language, is_booking), self.last.get(language)
        known = replace(card, framing_origins=last.framing_origins) if last and not is_booking else card
        self.last[language] = known
        return card

    async def read_all(self) -> None:
        """Read the card of every language, so that a database that fails later hides no phone number."""
        for language in locales():
            await self(language, is_booking=True)

    @property
    def phone(self) -> Mapping[str, str]:
        """The clinic's number as the API shows it; empty before a card was read."""
        card = next(iter(self.last.values()), None)
        return {"phone": card.phone, "phoneShown": card.phone_shown} if card else {}
