"""What has a retention, and since when what is kept must have begun."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from booking.storage.models.catalogue.clinic import Clinic

ONE_DAY = timedelta(days=1)
THIRTY_DAYS = timedelta(days=30)
TWO_YEARS = timedelta(days=732)
"""The longest span of the desk's numbers, and the same span of the year before."""


class Kind(StrEnum):
    """What goes some time, in the order in which it does; most have the name of their table.

    Deliveries are deleted with their event, offers with their entry of the waiting list.
    """

    HOLDS = "holds"
    IDEMPOTENCY_KEYS = "idempotency_keys"
    STAFF_CHANGES = "staff_changes"
    REMINDERS = "reminders"
    SMS_MESSAGES = "sms_messages"
    SMS_RECEIVED = "sms_received"
    SMS_DAYS = "sms_days"
    SIGN_IN_ATTEMPTS = "sign_in_attempts"
    SIGN_IN_LINKS = "sign_in_links"
    STAFF_SESSIONS = "staff_sessions"
    OFFERED_TIMES = "offered_times"
    MANAGE_LINKS = "manage_links"
    BLOCKED_TIMES = "blocked_times"
    EXTRA_HOURS = "extra_hours"
    WAITING_LIST_ENTRIES = "waiting_list_entries"
    OUTBOX_EVENTS = "outbox_events"
    WEBHOOK_ATTEMPTS = "webhook_attempts"
    RESTORED_PATIENTS = "restored_patients"
    PATIENTS = "patients"
    AUDIT_EVENTS = "audit_events"


def kept_since(clinic: Clinic, *, now: datetime) -> Mapping[Kind, datetime]:
    """The age that each kind may have; what is older, and what is of exactly this age, is to go.

    Without the kinds that the clinic keeps for ever.
    """
    ages = {
        # Within a day a repeated request finds the outcome of the first.
        Kind.HOLDS: now - ONE_DAY,
        Kind.IDEMPOTENCY_KEYS: now - ONE_DAY,
        Kind.STAFF_CHANGES: now - ONE_DAY,  # Long after the last one that can be undone.
        Kind.REMINDERS: now - THIRTY_DAYS,  # After their visits.
        Kind.SMS_MESSAGES: now - THIRTY_DAYS,
        Kind.SMS_RECEIVED: now - THIRTY_DAYS,
        Kind.SMS_DAYS: now - THIRTY_DAYS,
        Kind.WAITING_LIST_ENTRIES: now - THIRTY_DAYS,  # After their end.
        # All are over by then: an address is known for as long, and no session stays open so long unused.
        Kind.SIGN_IN_ATTEMPTS: now - THIRTY_DAYS,
        Kind.SIGN_IN_LINKS: now - THIRTY_DAYS,
        Kind.STAFF_SESSIONS: now - THIRTY_DAYS,
        # A mail that is sent again has them, for as long as its event is there.
        Kind.OFFERED_TIMES: now - clinic.outbox_retention,
        Kind.MANAGE_LINKS: now - clinic.outbox_retention,
        # The hours of past days are counted with them.
        Kind.BLOCKED_TIMES: now - TWO_YEARS,
        Kind.EXTRA_HOURS: now - TWO_YEARS,
        Kind.OUTBOX_EVENTS: now - clinic.outbox_retention,
        Kind.WEBHOOK_ATTEMPTS: now - clinic.webhook_log_retention,
        Kind.RESTORED_PATIENTS: now,
    }
    if clinic.contact_data_retention is not None:
        ages[Kind.PATIENTS] = now - clinic.contact_data_retention
    if clinic.audit_retention is not None:
        # Up to a midnight: each prune adds a row to the trail, and so there is one a day.
        midnight = datetime.combine(now.astimezone(UTC), time.min, UTC)
        ages[Kind.AUDIT_EVENTS] = midnight - clinic.audit_retention
    return ages
