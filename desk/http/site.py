"""The parts of the server that the desk uses."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address

from starlette.requests import Request

from booking.calendars.busy.refresh import BusyCalendarRefresher
from booking.sms.gateway import Price
from booking.staff.openid.provider import OpenIdProvider
from booking.storage.database import Database
from booking.storage.session import BookingSession
from rendering.clinic_card import ClinicCards


@dataclass(frozen=True)
class DeskSite:
    """`now` reads the time, `address_of` the client's address, as far as proxies can be believed.

    `charge` takes the cost of a page from a client that is not signed in. `url` is the server's own, as in
    links: `https://book.example`. `stop` is set when streams must end, with the field `come_back()`
    for their clients. `calendars` asks those that practitioners have elsewhere. `openid` is the provider at
    which the staff may sign in, `mail_sender` the address that mails come from; None without one.
    `sends_texts`:
    the server has an account at an SMS gateway, which charges `price_of_segment`, if that is known.
    `clinic_file_rules`: the clinic's file is loaded at each start, and the screens of the clinic are for
    reading.
    """

    database: Database
    cards: ClinicCards
    now: Callable[[BookingSession], Awaitable[datetime]]
    charge: Callable[[Request], None]
    address_of: Callable[[Request], str]
    url: str
    stop: asyncio.Event
    come_back: Callable[[], str]
    calendars: BusyCalendarRefresher
    openid: OpenIdProvider | None = None
    mail_sender: Address | None = None
    sends_texts: bool = False
    price_of_segment: Price | None = None
    clinic_file_rules: bool = False

    @property
    def issuer(self) -> str | None:
        """Of the OpenID provider."""
        return self.openid.issuer if self.openid else None
