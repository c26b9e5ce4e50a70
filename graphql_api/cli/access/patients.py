"""`book-online patients`: one person's data, found, handed out, or erased."""

import argparse
import json
import sys
import uuid
from collections.abc import Sequence
from datetime import datetime

from booking.appointments.cancel import cancel_appointment
from booking.audit.record import record_audit
from booking.domain.errors import InvalidInput, InvalidInputCode, NotFound
from booking.patients.contacts import PatientContact
from booking.patients.erase import ErasureReceipt, VisitsAhead, erase_patients
from booking.patients.export import as_json, export_patients
from booking.patients.fhir import as_fhir
from booking.patients.find import PatientCriteria, find_patients
from booking.storage.key_store.reference import key_store_reference
from booking.storage.models.audit import AuditAction
from booking.storage.queries.appointments import appointments_of_patients
from booking.storage.session import BookingSession
from graphql_api.cli.access.account import command_line_actor
from graphql_api.cli.command import Commands, add_command, add_json, add_verbs, json_of, table
from graphql_api.cli.transaction import in_transaction
from graphql_api.cli.values import SECOND
from graphql_api.settings import Settings


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "patients", "find, export or erase one person's data")

    find = add_command(verbs, "find", in_transaction(_find), "all bookings of a person")
    _add_criteria(find)
    add_json(find)

    export = add_command(verbs, "export", in_transaction(_export), "all that is stored about a person")
    _add_criteria(export)
    export.add_argument("--fhir", action="store_true", help="as a Bundle of FHIR R4 resources")

    erase = add_command(verbs, "erase", _erase, "make a person's data unreadable, also in every backup")
    _add_criteria(erase)
    erase.add_argument("--cancel", action="store_true", help="cancel the visits that are still to come")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.set_defaults(json=False)  # It shows a person's bookings as `find` does.


def _add_criteria(command: argparse.ArgumentParser) -> None:
    person = command.add_mutually_exclusive_group(required=True)
    person.add_argument("--email", help="the person's e-mail address")
    person.add_argument("--phone", help="the person's phone number")
    person.add_argument("--reference", help="of a visit: 7K4M-9QXR")
    person.add_argument("--patient", type=uuid.UUID, metavar="ID", help="as `find` shows it")


async def _found(
    session: BookingSession, arguments: argparse.Namespace, action: AuditAction, *, now: datetime
) -> Sequence[PatientContact]:
    """
    Raises:
        NotFound: no booking is stored of such a person.
        KeyProblem: the key store is another database's, or can't be read.
    """
    # Through the index key of another key store nobody would be found.
    if (reference := await (await session.connection()).run_sync(key_store_reference)) is not None:
        await session.data_keys.check(reference)
    criteria = PatientCriteria(arguments.email, arguments.phone, arguments.reference, arguments.patient)
    contacts = await find_patients(session, criteria)
    if not contacts:
        raise NotFound("No booking is stored of such a person.")
    actor, detail = command_line_actor(), "book-online patients"
    await record_audit(session, actor, action, [each.id for each in contacts], detail=detail, now=now)
    return contacts


async def _find(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    rows, people = [], []
    for contact in await _found(session, arguments, AuditAction.READ, now=now):
        visits = await appointments_of_patients(session, [contact.id])
        shown = ", ".join(f"{row.reference} {row.starts_at:%Y-%m-%d} {row.status}" for row in visits)
        rows.append([str(contact.id), contact.name, contact.email, contact.phone, shown])
        names = ("reference", "starts_at", "ends_at", "status")
        booked = [{name: getattr(row, name) for name in names} for row in visits]
        person = {name: getattr(contact, name) for name in ("id", "name", "email", "phone")}
        people.append({**person, "appointments": booked})
    if arguments.json:
        return json_of(people)
    return table(rows, if_empty="")


async def _export(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    contacts = await _found(session, arguments, AuditAction.EXPORT, now=now)
    export = await export_patients(session, contacts, now=now)
    document = as_fhir(export) if arguments.fhir else as_json(export)
    return json.dumps(document, ensure_ascii=False, indent=2)


def _erase(arguments: argparse.Namespace, settings: Settings) -> None:
    async def erase(session: BookingSession, now: datetime, _arguments: argparse.Namespace) -> str:
        contacts = await _found(session, arguments, AuditAction.ERASE, now=now)
        patients = [contact.id for contact in contacts]
        if arguments.cancel:
            for row in await appointments_of_patients(session, patients):
                if row.ends_at > now:
                    await cancel_appointment(session, row, actor=command_line_actor(), now=now)
            await session.flush()
        try:
            return _receipt(await erase_patients(session, patients, now=now))
        except VisitsAhead as refusal:
            message = f"{refusal} Nothing was erased. --cancel cancels them first."
            raise InvalidInput(message, code=InvalidInputCode.CONFLICT) from refusal

    if not arguments.yes:
        in_transaction(_find)(arguments, settings)
        if not sys.stdin.isatty():
            message = "Nothing was erased. Say --yes to erase these data for good."
            raise InvalidInput(message, code=InvalidInputCode.REQUIRED)
        if input("Erase these data for good, also in every backup? [y/N] ").strip().lower() not in (
            "y",
            "yes",
        ):
            return
    in_transaction(erase)(arguments, settings)


def _receipt(receipt: ErasureReceipt) -> str:
    visits = ", ".join(receipt.references) or "none"
    return "\n".join(
        [
            f"Erased on {receipt.erased_at:{SECOND}} UTC, for good and in every backup of the database:",
            *(f"  patient {patient}" for patient in receipt.patients),
            f"  visits that stay without a name: {visits}",
        ]
    )
