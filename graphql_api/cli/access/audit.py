"""`book-online audit`: who saw or changed patients' data, and whether the record of it is whole."""

import argparse
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from booking.audit.chain import TrailHead
from booking.audit.record import record_audit
from booking.audit.trail import audit_of_patient, head_of_trail
from booking.audit.verify import Verification, verify_trail
from booking.domain.errors import InvalidInput, NotFound
from booking.patients.find import PatientCriteria, find_patients
from booking.staff.account_events import changes_of_accounts
from booking.staff.accounts import list_members
from booking.storage.database import Database
from booking.storage.models.audit import AuditAction, AuditEvent
from booking.storage.queries.appointments import has_patient, patient_of_reference
from booking.storage.session import BookingSession
from graphql_api.cli.access.account import command_line_actor
from graphql_api.cli.command import Commands, add_command, add_json, add_verbs, as_json, json_of, table
from graphql_api.cli.transaction import in_transaction, with_database
from graphql_api.cli.values import SECOND
from graphql_api.settings import Settings

MISMATCH = (
    "The head that you kept is not in this trail: its newest rows were removed or rewritten since, or it is "
    "the head of another database."
)


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "audit", "who saw or changed patients' data")

    verify = add_command(
        verbs, "verify", _verify, "find the first row that was altered, removed or inserted, and fail for it"
    )
    add_json(verify)
    verify.add_argument(
        "--head", type=_head, metavar="HEAD", help="that `audit head` printed: it must still be in the trail"
    )

    head = add_command(
        verbs, "head", _print_head, "print the newest row's number and HMAC, to keep elsewhere"
    )
    add_json(head)

    of_patient = add_command(verbs, "for", in_transaction(_for), "who saw or changed one patient's data")
    of_patient.add_argument(
        "patient",
        help="an e-mail address, a phone number, the reference of a visit (7K2M-93QX), or the patient's id",
    )
    add_json(of_patient)

    of_staff = add_command(
        verbs, "staff", in_transaction(_staff), "who made or changed accounts of the staff"
    )
    add_json(of_staff)


def _verify(arguments: argparse.Namespace, settings: Settings) -> int:
    async def verify(database: Database) -> Verification:
        async with database.read() as session:
            return await verify_trail(session, kept=arguments.head)

    found = with_database(settings, verify)
    if arguments.json:
        print(json_of(_verdict(found)))
        return 1 if found.fault or found.kept_head is False else 0
    if found.pruned_through:
        print(f"Rows 1 to {found.pruned_through} were deleted at the end of their retention.")
    if found.fault:
        print(found.fault)
        print(f"All before it is as it was written, up to row {found.head.sequence}.")
        return 1
    if found.kept_head is False:
        print(MISMATCH)
        return 1
    count = found.head.sequence - found.pruned_through
    print("The audit trail is empty." if not count else f"All {count} rows are as they were written.")
    if arguments.head and found.kept_head is None:
        print("The head that you kept was pruned since: keep a newer one.")
    elif arguments.head:
        print("The head that you kept is in the trail.")
    return 0


def _print_head(arguments: argparse.Namespace, settings: Settings) -> None:
    async def head(database: Database) -> TrailHead:
        async with database.read() as session:
            return await head_of_trail(session)

    newest = with_database(settings, head)
    if arguments.json:
        print(json_of({"head": str(newest), "sequence": newest.sequence, "hmac": newest.hmac.hex()}))
        return
    print(newest)


async def _for(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    patients = await _patients(session, arguments.patient)
    events = await audit_of_patient(session, patients)
    # Reading who looked is a look at the patient, too.
    actor, detail = command_line_actor(), "audit trail"
    await record_audit(session, actor, AuditAction.READ, patients, detail=detail, now=now)
    names = await _names_of_staff(session)
    if arguments.json:
        return as_json(_object(event, names) for event in events)
    rows = (_row(event, names) for event in events)
    return table(rows, if_empty="Nobody but the patient has seen or changed these data.")


async def _staff(session: BookingSession, _now: datetime, arguments: argparse.Namespace) -> str:
    events, names = await changes_of_accounts(session), await _names_of_staff(session)
    if arguments.json:
        return as_json(_object(event, names) for event in events)
    return table((_row(event, names) for event in events), if_empty="No account was made or changed.")


async def _names_of_staff(session: BookingSession) -> Mapping[str, str]:
    """By id: the trail has ids alone."""
    return {str(member.id): member.name for member in await list_members(session)}


async def _patients(session: BookingSession, text: str) -> Sequence[uuid.UUID]:
    """A person who booked twice is two patients, with one e-mail address or phone number.

    Raises:
        NotFound: nobody is named so.
    """
    with suppress(ValueError):
        patient = uuid.UUID(text)
        if await has_patient(session, patient) or await audit_of_patient(session, [patient]):
            return [patient]
        raise NotFound(f"There is no patient {patient}.")
    if (of_visit := await patient_of_reference(session, text.strip().upper())) is not None:
        return [of_visit]
    criteria = PatientCriteria(email=text) if "@" in text else PatientCriteria(phone=text)
    with suppress(InvalidInput):
        if found := await find_patients(session, criteria):
            return [contact.id for contact in found]
    raise NotFound(
        f"There is no patient {text!r}. Please give an e-mail address, a phone number, the reference of a "
        "visit, or a patient's id."
    )


def _row(event: AuditEvent, names: Mapping[str, str]) -> list[str]:
    actor = f"{event.actor_kind} {names.get(event.actor_id, event.actor_id)}"
    detail = " ".join(names.get(word, word) for word in event.detail.split(" "))
    return [f"{event.recorded_at:{SECOND}} UTC", event.action, actor, f"from {event.source}", detail]


def _object(event: AuditEvent, names: Mapping[str, str]) -> dict[str, object]:
    return {
        "sequence": event.sequence,
        "recorded_at": event.recorded_at,
        "action": event.action,
        "actor_kind": event.actor_kind,
        "actor_id": event.actor_id,
        "actor_name": names.get(event.actor_id),
        "source": event.source,
        "patient": event.patient,
        "detail": event.detail,
    }


def _verdict(found: Verification) -> dict[str, object]:
    return {
        "fault": found.fault and str(found.fault),
        "rows": found.head.sequence - found.pruned_through,
        "pruned_through": found.pruned_through,
        "head": str(found.head),
        "kept_head_found": found.kept_head,
    }


def _head(text: str) -> TrailHead:
    """
    Raises:
        ArgumentTypeError: it is no head.
    """
    try:
        return TrailHead.parse(text)
    except ValueError:
        message = f"{text!r} is no head, as `audit head` prints it: 1024:9f86d081884c7d65…"
        raise argparse.ArgumentTypeError(message) from None
