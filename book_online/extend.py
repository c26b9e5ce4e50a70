"""All that a feature of your own may import; docs/how-to/extend.md shows each at work.

What is not here may change with any release. What is here stays as it is, and may grow, within one
version of the door (`API`).
"""

from booking.appointments.idempotency import (
    IdempotentRequest,
    idempotent_request,
    lookup_outcome,
    save_outcome,
)
from booking.catalogue.clinic_file.model.section import Section as FeatureSettings
from booking.domain.errors import BookingError, Declined, SlotTaken
from booking.domain.events import Event, EventKind
from booking.domain.hookspecs import (
    BusyQuery,
    BusyTime,
    PermanentFailure,
    Proposal,
    ProposedAppointment,
    Step,
    TemporaryFailure,
)
from booking.outbox.feature_listeners import ListenerContext
from booking.storage.base import Table
from graphql_api.context.context import Context, Info
from graphql_api.extensions.feature import API, Feature
from graphql_api.extensions.mutation import run_mutation
from graphql_api.limits.query_cost import Cost
from graphql_api.security.viewer import AVAILABILITY, BOOK, CATALOGUE, OWN_BOOKINGS, PATIENTS
from graphql_api.types.appointments import Appointment, Course
from graphql_api.types.catalogue import Clinic, Location, Practitioner, Service
from graphql_api.types.problems import PhoneProblem, Problem
from graphql_api.types.relay import (
    DEFAULT_PAGE_SIZE,
    After,
    Connection,
    First,
    Node,
    global_id,
    key_from_id,
    paginate,
)
from graphql_api.types.service_details import ScreeningQuestion
from graphql_api.types.slots import Hold, OpenSlot

__all__ = [
    "API",
    "AVAILABILITY",
    "BOOK",
    "CATALOGUE",
    "DEFAULT_PAGE_SIZE",
    "OWN_BOOKINGS",
    "PATIENTS",
    "After",
    "Appointment",
    "BookingError",
    "BusyQuery",
    "BusyTime",
    "Clinic",
    "Connection",
    "Context",
    "Cost",
    "Course",
    "Declined",
    "Event",
    "EventKind",
    "Feature",
    "FeatureSettings",
    "First",
    "Hold",
    "IdempotentRequest",
    "Info",
    "ListenerContext",
    "Location",
    "Node",
    "OpenSlot",
    "PermanentFailure",
    "PhoneProblem",
    "Practitioner",
    "Problem",
    "Proposal",
    "ProposedAppointment",
    "ScreeningQuestion",
    "Service",
    "SlotTaken",
    "Step",
    "Table",
    "TemporaryFailure",
    "global_id",
    "idempotent_request",
    "key_from_id",
    "lookup_outcome",
    "paginate",
    "run_mutation",
    "save_outcome",
]
