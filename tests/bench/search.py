"""The front desk's search in many bookings: the slowest of the texts that a receptionist types."""

import statistics
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice

from sqlalchemy import bindparam, select, update

from booking.encryption.cipher import DataKey, Place
from booking.encryption.contact_index import email_index, phone_index
from booking.patients.index_names import index_names
from booking.patients.search import search_people
from booking.storage.base import core_table
from booking.storage.database import Database
from booking.storage.key_store.data_keys import KeyPurpose
from booking.storage.models.appointments import Patient
from tests.bench.booking import booking_client
from tests.bench.support.clinic import person
from tests.bench.support.history import add_history, analyze
from tests.bench.support.measure import Row

MOST_MILLISECONDS = 100
ROUNDS = 9
BATCH = 1_000
BOOKINGS_EACH = 2
"""Of one person."""
GIVEN_NAMES, FAMILY_NAMES = 500, 8_000
SYLLABLES = ("sa", "ma", "li", "ren", "tor", "bel", "ka", "no", "vi", "dun", "per", "ho")
PATIENTS = core_table(Patient)


async def slowest(url: str, kind: str, number: int) -> list[Row]:
    """In a database of so many bookings; and how long it takes a server to index the names of all."""
    async with booking_client(url) as client:
        await add_history(url, number, practitioners=10)
        await _name_patients(client.database)
        started_at = time.perf_counter()
        while await index_names(client.database):
            pass
        indexing = time.perf_counter() - started_at
        await analyze(url)
        times = {text: await _milliseconds(client.database, text) for text in _texts()}
        own = await _milliseconds(client.database, "sa", practitioner=person(1))
    text, most = max([*times.items(), ("sa (own)", own)], key=lambda item: item[1])
    middle = statistics.median(times.values())
    return [
        Row(
            f"search in {number:,} bookings, {kind}",
            f"< {MOST_MILLISECONDS} ms",
            f"{most:.0f} ms",
            most < MOST_MILLISECONDS,
            f"{most:.0f} ms",
            f"{middle:.0f} ms",
            f"slowest text ({text}), beside the median of {len(times)} texts",
        ),
        Row(
            f"index {number:,} names once, {kind}",
            "",
            "",
            True,
            f"{indexing:.0f} s",
            "",
            "in steps, beside the server's work",
        ),
    ]


def _texts() -> list[str]:
    one, other = (_name(number) for number in (7, 4_321))
    return [
        *("sa", "ma", "sam", "sama", "samali", "ma sa", "sa ma li", "kano", "zz", "zzzz zzzz", "%", "x"),
        *(one, one.split()[0], other, other.split()[1], f"{other.split()[1][:3]} {other[:2]}"),
        *(
            _email(7),
            _email(40_000),
            "nobody@example.com",
            _phone(7),
            "416 555 0100",
            "R7",
            "R777-7777",
            "R777",
        ),
    ]


async def _milliseconds(database: Database, text: str, *, practitioner: str | None = None) -> float:
    """The median of some searches, after one that builds the statement."""
    seconds = []
    for _ in range(ROUNDS + 1):
        started_at = time.perf_counter()
        async with database.read() as session:
            await search_people(session, text, only_practitioner=practitioner, now=datetime.now(UTC))
        seconds.append(time.perf_counter() - started_at)
    return statistics.median(seconds[1:]) * 1000


async def _name_patients(database: Database) -> None:
    """Give the patients of the history names, addresses and numbers, encrypted as a booking does it."""
    async with database.read() as session:
        query = select(Patient.id).where(Patient.data_key.is_(None)).order_by(Patient.id)
        patients = (await session.scalars(query)).all()
    numbered = iter(enumerate(patients))
    while batch := list(islice(numbered, BATCH)):
        async with database.write() as session:
            index = await session.data_keys.clinic_key(KeyPurpose.CONTACT_INDEX)
            keys = await session.data_keys.new_keys(len(batch), now=datetime.now(UTC))
            rows = [_row(number, patient, key, index) for (number, patient), key in zip(batch, keys)]
            change = update(PATIENTS).where(PATIENTS.c.id == bindparam("patient"))
            names = [name for name in rows[0] if name != "patient"]
            await session.execute(
                change.values({name: bindparam(f"new_{name}") for name in names}), _prefixed(rows)
            )


def _prefixed(rows: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    return [
        {name if name == "patient" else f"new_{name}": value for name, value in row.items()} for row in rows
    ]


def _row(number: int, patient: uuid.UUID, key: DataKey, index: DataKey) -> dict[str, object]:
    who = number // BOOKINGS_EACH
    details = {"name": _name(who), "email": _email(who), "phone": _phone(who)}
    return {
        "patient": patient,
        "data_key": key.id,
        "created_at": datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
        "email_index": email_index(index, details["email"]),
        "phone_index": phone_index(index, details["phone"]),
        **{
            column: key.encrypt(value, Place(f"patients.{column}", patient))
            for column, value in details.items()
        },
    }


def _name(number: int) -> str:
    """Of syllables; common ones are as common as common names are."""
    return f"{_word('given', number, GIVEN_NAMES)} {_word('family', number, FAMILY_NAMES)}".title()


def _word(kind: str, number: int, words: int) -> str:
    share = int.from_bytes(sha256(f"{kind} {number}".encode()).digest()[:4]) / 2**32
    rank = int(words**share)  # Zipf's law
    return "".join(islice(_syllables(f"{kind} {rank}"), 2 + rank % 3))


def _syllables(seed: str) -> Iterator[str]:
    return (SYLLABLES[byte % len(SYLLABLES)] for byte in sha256(seed.encode()).digest())


def _email(number: int) -> str:
    return f"patient{number}@example.com"


def _phone(number: int) -> str:
    return f"+1416{5_550_000 + number:07}"
