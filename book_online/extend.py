"""All that a feature of your own may import; docs/extend.md shows each at work.

What is not here may change with any release. What is here stays as it is, and may grow, within one
version of the door (`API`).
"""

from booking.clinic_file.shape import Part as FeatureSettings
from booking.errors import BookingError, Declined, SlotTaken
from booking.events import Event, EventKind
from booking.guests import Heard
from booking.hooks import Busy, BusyQuestion, GiveUp, Proposal, ProposedVisit, Step
from booking.storage.table import Table
from graphql_api.attempt import attempt
from graphql_api.context import Context, Info
from graphql_api.extending import API, Feature
from graphql_api.guards.cost import Cost
from graphql_api.guards.viewer import AVAILABILITY, BOOK, CATALOGUE, OWN_BOOKINGS, PATIENTS
from graphql_api.ids import global_id, key_of
from graphql_api.paging import PAGE, After, Connection, First, page
from graphql_api.problems import OnThePhone, Problem
from graphql_api.types.appointments import Appointment, Course
from graphql_api.types.catalogue import Clinic, Location, Practitioner, ScreeningQuestion, Service
from graphql_api.types.node import Node
from graphql_api.types.slots import Hold, OpenSlot

__all__ = [
    "API",
    "AVAILABILITY",
    "BOOK",
    "CATALOGUE",
    "OWN_BOOKINGS",
    "PAGE",
    "PATIENTS",
    "After",
    "Appointment",
    "BookingError",
    "Busy",
    "BusyQuestion",
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
    "GiveUp",
    "Heard",
    "Hold",
    "Info",
    "Location",
    "Node",
    "OnThePhone",
    "OpenSlot",
    "Practitioner",
    "Problem",
    "Proposal",
    "ProposedVisit",
    "ScreeningQuestion",
    "Service",
    "SlotTaken",
    "Step",
    "Table",
    "attempt",
    "global_id",
    "key_of",
    "page",
]
