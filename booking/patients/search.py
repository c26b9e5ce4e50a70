"""Search of the front desk: one text finds people by name, phone number, e-mail address or reference."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from booking.domain.contact import trim
from booking.domain.errors import InvalidInput, InvalidInputCode
from booking.domain.tokens import ALPHABET
from booking.encryption.name_index import name_token
from booking.patients.contacts import PatientContact, contacts_by_id
from booking.patients.find import index_of_email, index_of_phone
from booking.patients.name_words import beginnings_of_word, begins_with_words, name_words
from booking.patients.person import Person, grouped, people_of
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.queries.desk.people import (
    BookedPatient,
    patients_by_email,
    patients_by_name_tokens,
    patients_by_phone,
    patients_by_reference,
)
from booking.storage.session import BookingSession

MAX_TEXT = 200
MAX_WORDS = 8
MAX_BOOKINGS = 500
"""That are looked through for a text: the newest ones."""
READ_AT_ONCE = 25
TOKENS_OF_WORD = 2
"""Other beginnings share one of the tokens, but hardly two; and a database plans few conditions fast."""
PHONE = re.compile(r"[\d\s()+./-]+")
MIN_DIGITS = 7
REFERENCE = re.compile(rf"[{ALPHABET}]{{4,8}}")
MISREAD = str.maketrans("OIL", "011", " -")
"""Crockford's base 32: letters that are read for digits, and what groups the characters."""


async def search_people(
    session: BookingSession,
    text: str,
    *,
    only_practitioner: str | None,
    now: datetime,
    limit: int = 20,
) -> Sequence[Person]:
    """People whose newest bookings were made last come first; a whole reference or number before names.

    Each word of a name may be its beginning, of two letters at least; a phone number and an address are
    whole; a reference may be its first four characters. A practitioner (slug) finds own patients alone.

    Raises:
        InvalidInput: the text is too long.
        UnreadableValue, KeyProblem, TryAgain: the data can't be read.
    """
    typed = trim(text)
    if len(typed) > MAX_TEXT:
        raise InvalidInput(
            f"Please search for {MAX_TEXT} characters at most.",
            path=("search",),
            code=InvalidInputCode.TOO_LONG,
        )
    request = _Request(session, typed, name_words(typed)[:MAX_WORDS], only_practitioner, limit)
    found: dict[BookedPatient, PatientContact] = {}
    if "@" in typed:
        found |= await request.readable(await request.by_email())
    else:
        found |= await request.readable(await request.by_phone())
        found |= await request.readable(await request.by_reference())
        found |= await request.readable(await request.by_name(), words=request.words)
    return (await people_of(session, found, only_practitioner=only_practitioner, now=now))[:limit]


@dataclass(frozen=True)
class _Request:
    session: BookingSession
    typed: str
    words: Sequence[str]
    practitioner: str | None
    limit: int

    async def by_email(self) -> Sequence[BookedPatient]:
        try:
            index = await index_of_email(self.session, self.typed)
        except InvalidInput:
            return []
        return await patients_by_email(
            self.session, index, practitioner=self.practitioner, limit=MAX_BOOKINGS
        )

    async def by_phone(self) -> Sequence[BookedPatient]:
        if not PHONE.fullmatch(self.typed) or sum(map(str.isdigit, self.typed)) < MIN_DIGITS:
            return []
        try:
            index = await index_of_phone(self.session, self.typed)
        except InvalidInput:
            return []
        return await patients_by_phone(
            self.session, index, practitioner=self.practitioner, limit=MAX_BOOKINGS
        )

    async def by_reference(self) -> Sequence[BookedPatient]:
        code = self.typed.upper().translate(MISREAD)
        if not REFERENCE.fullmatch(code):
            return []
        first, last = (_with_dash(code.ljust(8, end)) for end in (ALPHABET[0], ALPHABET[-1]))
        return await patients_by_reference(
            self.session, first, last, practitioner=self.practitioner, limit=self.limit
        )

    async def by_name(self) -> Sequence[BookedPatient]:
        beginnings = [each for word in self.words for each in beginnings_of_word(word)[:TOKENS_OF_WORD]]
        if not beginnings:
            return []
        key = await self.session.data_keys.clinic_key(KeyPurpose.NAME_INDEX)
        tokens = dict.fromkeys(name_token(key, each) for each in sorted(beginnings, key=len, reverse=True))
        return await patients_by_name_tokens(
            self.session, list(tokens), practitioner=self.practitioner, limit=MAX_BOOKINGS
        )

    async def readable(
        self, rows: Sequence[BookedPatient], *, words: Sequence[str] = ()
    ) -> dict[BookedPatient, PatientContact]:
        """The newest booking of each person whose name has these words, of so many persons at most."""
        newest = [group[0] for group in grouped(rows)]
        found: dict[BookedPatient, PatientContact] = {}
        for first in range(0, len(newest), READ_AT_ONCE):
            some = newest[first : first + READ_AT_ONCE]
            contacts = await contacts_by_id(self.session, [row.id for row in some])
            for row in some:
                contact = contacts.get(row.id)
                if contact is not None and begins_with_words(contact.name, words):
                    found[row] = contact
            if len(found) >= self.limit:
                break
        return dict(list(found.items())[: self.limit])


def _with_dash(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"
