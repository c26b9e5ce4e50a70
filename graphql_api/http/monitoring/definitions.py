"""The metrics of a server, as Prometheus and docs/reference/metrics.md name them."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    COUNTER = "counter"
    """Counted by this process since its start."""
    HISTOGRAM = "histogram"
    """Measured by this process since its start."""
    GAUGE = "gauge"


@dataclass(frozen=True)
class Definition:
    """A metric. No label has a value that a visitor chooses, so the number of series is bounded."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()


HTTP_REQUESTS = Definition(
    "book_online_http_requests_total",
    Kind.COUNTER,
    "Answers, by the first part of the path and the class of the status.",
    ("area", "status"),
)
HTTP_SECONDS = Definition(
    "book_online_http_request_duration_seconds",
    Kind.HISTOGRAM,
    "Seconds from a request's head to the head of its answer, by the first part of the path.",
    ("area",),
)
GRAPHQL_REQUESTS = Definition(
    "book_online_graphql_requests_total",
    Kind.COUNTER,
    "Requests to the API, by operation (the widget's and trusted ones have their names) and outcome: ok, "
    "refused for a reason of the caller's, or failed for one of ours.",
    ("operation", "outcome"),
)
GRAPHQL_SECONDS = Definition(
    "book_online_graphql_request_duration_seconds",
    Kind.HISTOGRAM,
    "Seconds from a request to the API to the head of its answer, by operation.",
    ("operation",),
)
CACHED_RESPONSES = Definition(
    "book_online_graphql_cached_responses_total",
    Kind.COUNTER,
    "Requests to the API that were answered from the response cache.",
)
REFUSALS = Definition(
    "book_online_refusals_total",
    Kind.COUNTER,
    "Requests to the API that were refused or failed, by the code of the problem or error.",
    ("code",),
)
LIMIT_REFUSALS = Definition(
    "book_online_limit_refusals_total",
    Kind.COUNTER,
    "Requests by any way in that a limit refused, by limit.",
    ("limit",),
)
LOG_RECORDS = Definition(
    "book_online_log_records_total", Kind.COUNTER, "Lines of the log, by level.", ("level",)
)
LIMITS_AGE = Definition(
    "book_online_limits_exchange_age_seconds",
    Kind.GAUGE,
    "Seconds since this server last exchanged with the others what clients have spent; missing on SQLite, "
    "where there are no others.",
)
LIMITS_FAILURES = Definition(
    "book_online_limits_exchange_failures_total",
    Kind.COUNTER,
    "Exchanges that failed; until the next one this server counts for itself. Missing on SQLite.",
)
BUILD_INFO = Definition(
    "book_online_build_info", Kind.GAUGE, "1, with the version that runs as a label.", ("version",)
)
OF_PROCESS = (
    HTTP_REQUESTS,
    HTTP_SECONDS,
    GRAPHQL_REQUESTS,
    GRAPHQL_SECONDS,
    CACHED_RESPONSES,
    REFUSALS,
    LIMIT_REFUSALS,
    LOG_RECORDS,
    LIMITS_AGE,
    LIMITS_FAILURES,
    BUILD_INFO,
)

DATABASE_UP = Definition(
    "book_online_database_up",
    Kind.GAUGE,
    "1 if the database answered in time; if it is 0, the gauges below are missing.",
)
OUTBOX_WAITING = Definition(
    "book_online_outbox_waiting",
    Kind.GAUGE,
    "Deliveries that wait, by listener: mail, sms, webhook, staff, and those of features.",
    ("listener",),
)
OUTBOX_AGE = Definition(
    "book_online_outbox_oldest_age_seconds",
    Kind.GAUGE,
    "Seconds since the event of the oldest delivery that waits; 0 where none does.",
    ("listener",),
)
OUTBOX_GIVEN_UP = Definition(
    "book_online_outbox_given_up",
    Kind.GAUGE,
    "Deliveries that were given up, until `book-online outbox retry`.",
    ("listener",),
)
HOLDS = Definition("book_online_holds", Kind.GAUGE, "Times that are held just now.")
WAITING_LIST = Definition("book_online_waiting_list_entries", Kind.GAUGE, "Entries that wait for a time.")
TASK_LATE = Definition(
    "book_online_task_late_seconds",
    Kind.GAUGE,
    "Seconds since the first work of a task has been due; some seconds are normal.",
    ("task",),
)
RETENTION_OVERDUE = Definition(
    "book_online_retention_overdue_rows",
    Kind.GAUGE,
    "Rows that should have been deleted or erased two hours ago or earlier.",
)
BUSY_CALENDARS = Definition(
    "book_online_busy_calendars",
    Kind.GAUGE,
    "Practitioners' calendars elsewhere, by state: ok or failing.",
    ("state",),
)
BUSY_CALENDAR_AGE = Definition(
    "book_online_busy_calendar_oldest_age_seconds",
    Kind.GAUGE,
    "Seconds since the oldest copy of a calendar elsewhere was made; missing where there is none.",
)
CERTIFICATES = Definition(
    "book_online_certificates",
    Kind.GAUGE,
    "Certificates of listed practitioners, by state: valid, expiring within the booking horizon, expired.",
    ("state",),
)
CERTIFICATE_END = Definition(
    "book_online_certificate_next_expiry_timestamp_seconds",
    Kind.GAUGE,
    "When the next of them runs out; missing where none does.",
)
LAST_BACKUP = Definition(
    "book_online_last_backup_timestamp_seconds",
    Kind.GAUGE,
    "When `book-online backup` last made a file; missing until it did.",
)
LAST_KEYS_BACKUP = Definition(
    "book_online_last_key_store_backup_timestamp_seconds",
    Kind.GAUGE,
    "When `book-online data-keys backup` last made a file; missing until it did.",
)
OF_DATABASE = (
    DATABASE_UP,
    OUTBOX_WAITING,
    OUTBOX_AGE,
    OUTBOX_GIVEN_UP,
    HOLDS,
    WAITING_LIST,
    TASK_LATE,
    RETENTION_OVERDUE,
    BUSY_CALENDARS,
    BUSY_CALENDAR_AGE,
    CERTIFICATES,
    CERTIFICATE_END,
    LAST_BACKUP,
    LAST_KEYS_BACKUP,
)
