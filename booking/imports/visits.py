"""Coming visits of another system, booked as staff book by phone: each once, without a mail."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from booking.appointments.book import BookingRequest
from booking.appointments.by_staff.book import PhoneBookingRequest, book_by_staff, hold_by_staff
from booking.appointments.checks.details import LANGUAGE_TAG, StaffBooking, check_details
from booking.appointments.checks.screening import check_screening
from booking.appointments.hold import HoldRequest
from booking.appointments.notes import MAX_NOTE, write_note
from booking.domain.actor import Actor
from booking.domain.contact import check_contact
from booking.domain.errors import BookingError, InvalidInput, NotFound
from booking.imports.clinic import ForeignVisit
from booking.imports.draft import Draft
from booking.imports.notes import Notes
from booking.imports.values import wall_time
from booking.storage.database import Database
from booking.storage.queries.catalogue import get_clinic
from booking.storage.queries.idempotency_keys import insert_imported_visit, is_imported
from booking.storage.session import BookingSession

LEFT = "Not booked: please book them at the desk, or remove the obstacle and import again"
OTHER_LENGTH = "Of another length there: booked as long as their service, so see to the rest of the time"
UNUSABLE = "Booked without a detail of the patient that can't be used"
SHORTENED = f"Notes: cut off after {MAX_NOTE} characters"


@dataclass
class ImportedVisits:
    """How many were booked now, and by an earlier import; `notes` are about the others, and about details."""

    booked: int = 0
    earlier: int = 0
    left: int = 0
    notes: Notes = field(default_factory=Notes)


@dataclass(frozen=True)
class VisitImport:
    """Whose visits are booked, by whom, and how.

    With `squeeze_in` a visit is booked beside another one where the practitioner's time is taken.
    """

    draft: Draft
    actor: Actor
    squeeze_in: bool = False

    async def book(
        self, database: Database, *, now: datetime, progress: Callable[[int], None] = lambda done: None
    ) -> ImportedVisits:
        """Book each in a transaction of its own, so that one that can't be booked stops no other.

        `progress` is told how many were tried.
        """
        done = ImportedVisits()
        for number, visit in enumerate(self.draft.clinic.visits, 1):
            try:
                async with database.write() as session:
                    await self._book_once(session, visit, done, now=now)
            except (BookingError, ExceptionGroup) as refusal:
                self._leave(visit, refusal, done)
            progress(number)
        return done

    async def preview(self, database: Database, *, now: datetime) -> ImportedVisits:
        """What `book` would do now. Nothing is written."""
        done = ImportedVisits()
        async with database.write() as session:
            for visit in self.draft.clinic.visits:
                try:
                    async with session.begin_nested():
                        await self._check(session, visit, done, now=now)
                except (BookingError, ExceptionGroup) as refusal:
                    self._leave(visit, refusal, done)
            await session.rollback()
        return done

    async def _book_once(
        self, session: BookingSession, visit: ForeignVisit, done: ImportedVisits, *, now: datetime
    ) -> None:
        key = _key_hash(visit)
        if await is_imported(session, key):
            done.earlier += 1
            return
        request, notes = await self._hold(session, visit, now=now)
        booking = await book_by_staff(session, request, actor=self.actor, now=now)
        [appointment] = booking.appointments
        if visit.note:
            note = visit.note[:MAX_NOTE].strip()
            await write_note(session, appointment.id, note, version=None, actor=self.actor, now=now)
        await insert_imported_visit(session, key, appointment.id, now=now)
        _count(done, notes, self._shown(visit))

    async def _check(
        self, session: BookingSession, visit: ForeignVisit, done: ImportedVisits, *, now: datetime
    ) -> None:
        """As `_book_once`, but for what makes keys for a patient: those are not undone with a transaction."""
        if await is_imported(session, _key_hash(visit)):
            done.earlier += 1
            return
        request, notes = await self._hold(session, visit, now=now)
        await check_screening(session, self.draft.service_slugs[visit.service], request.answers)
        staff = StaffBooking(self.actor, notify=False)
        details = (request.name, request.email, request.phone, request.answers, request.language)
        await check_details(session, BookingRequest(request.hold_tokens, False, *details, staff=staff))
        _count(done, notes, self._shown(visit))

    async def _hold(
        self, session: BookingSession, visit: ForeignVisit, *, now: datetime
    ) -> tuple[PhoneBookingRequest, list[str]]:
        """The request that books the time, which is held, and sentences about what differs.

        Raises:
            BookingError: the clinic doesn't have this, or the time isn't open to staff.
        """
        service = self.draft.service_slugs.get(visit.service)
        practitioner = self.draft.practitioner_slugs.get(visit.practitioner)
        if service is None or practitioner is None:
            missing = "service" if service is None else "practitioner"
            raise NotFound(f"Its {missing} was not taken over.")
        wanted = HoldRequest(
            service, visit.starts_at, practitioner, by_staff=True, squeeze_in=self.squeeze_in
        )
        hold, token = await hold_by_staff(session, wanted, now=now)
        country = (await get_clinic(session)).country
        email, phone = _usable(visit, country)
        notes = [UNUSABLE] if (email, phone) != (visit.email, visit.phone) else []
        if (hold.ends_at - hold.starts_at).total_seconds() != visit.minutes * 60:
            notes.append(OTHER_LENGTH)
        if len(visit.note) > MAX_NOTE:
            notes.append(SHORTENED)
        language = visit.language if LANGUAGE_TAG.fullmatch(visit.language) else ""
        request = PhoneBookingRequest([token], visit.name, email, phone, language, notify=False)
        return request, notes

    def _leave(self, visit: ForeignVisit, refusal: Exception, done: ImportedVisits) -> None:
        done.left += 1
        done.notes.add(LEFT, f"{self._shown(visit)}: {_reason(refusal)}")

    def _shown(self, visit: ForeignVisit) -> str:
        """Enough to find it in the other system, and nothing about the patient."""
        services = {service.id: service.name for service in self.draft.clinic.services}
        people = {each.id: each for each in self.draft.clinic.practitioners}
        person = people.get(visit.practitioner)
        at = wall_time(visit.starts_at, person.time_zone if person else self.draft.clinic.time_zone)
        named = (services.get(visit.service, "service unknown"), person.name if person else "nobody")
        return f"{at:%Y-%m-%d %H:%M}, {named[0]}, {named[1]}"


def _key_hash(visit: ForeignVisit) -> bytes:
    return hashlib.sha256(visit.key.encode("utf-8", "surrogatepass")).digest()


def _count(done: ImportedVisits, sentences: list[str], shown: str) -> None:
    done.booked += 1
    for sentence in sentences:
        done.notes.add(sentence, shown)


def _usable(visit: ForeignVisit, country: str) -> tuple[str, str]:
    """The address and the number, without one that can't be used where the other can."""
    email, phone = visit.email, visit.phone
    try:
        check_contact(visit.name, email, phone, country=country, one_is_enough=True)
    except ExceptionGroup as group:
        wrong = {mistake.path[-1] for mistake in group.exceptions if isinstance(mistake, InvalidInput)}
        if "email" in wrong and phone and "phone" not in wrong:
            email = ""
        elif "phone" in wrong and email and "email" not in wrong:
            phone = ""
    return email, phone


def _reason(refusal: Exception) -> str:
    if isinstance(refusal, ExceptionGroup):
        return " ".join(_reason(each) for each in refusal.exceptions)
    return str(refusal)
