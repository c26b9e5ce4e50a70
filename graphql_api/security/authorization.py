"""Authorization: `@requiresScope` on a field of the schema is both printed and enforced."""

from collections.abc import Callable, Collection
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from graphql_api.security.schema_directives import directive_of
from graphql_api.security.viewer import RequiresScope, forbidden

PROTECTED_TYPES = ("Query", "Mutation", "Subscription", "Appointment", "Patient")
"""Each field of these types requires a scope, or is one of PUBLIC_FIELDS."""
PUBLIC_FIELDS = frozenset(
    {
        "Query.node",  # the look-up of each type decides
        "Query.nodes",
        "Query.rateLimit",
        "Query.viewer",
        # A caller that was given the appointment may read what the patient's link shows of it.
        "Appointment.bookedAt",
        "Appointment.calendarFile",
        "Appointment.canCancel",
        "Appointment.canChange",
        "Appointment.cancellationDeadline",
        "Appointment.cancellationReason",
        "Appointment.changeDeadline",
        "Appointment.confirmedAt",
        "Appointment.course",
        "Appointment.endsAt",
        "Appointment.id",
        "Appointment.joining",
        "Appointment.location",
        "Appointment.practitioner",
        "Appointment.reference",
        "Appointment.sequence",
        "Appointment.service",
        "Appointment.startsAt",
        "Appointment.status",
        "Appointment.undoDeadline",
        "Appointment.updatedAt",
        "Appointment.version",
        # Only `Appointment.patient`, which requires a scope, leads to a patient.
        "Patient.contactName",
        "Patient.email",
        "Patient.id",
        "Patient.name",
        "Patient.phone",
    }
)


class MissingScope(Exception):
    """A field does not say which scope it requires; the server doesn't start with it."""

    def __init__(self, coordinate: str) -> None:
        self.coordinate = coordinate
        self.reason = "it needs @requiresScope: who may see it?"
        super().__init__(f"{coordinate}: {self.reason}")


def enforce_scopes(schema: GraphQLSchema, more: Collection[str] = ()) -> None:
    """Guard every field that has the directive. `more` are coordinates of further fields that must have it.

    Raises:
        MissingScope: a field of PROTECTED_TYPES or of `more` lacks the directive.
    """
    for kind in schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or kind.name.startswith("__"):
            continue
        for name, field in kind.fields.items():
            coordinate = f"{kind.name}.{name}"
            required = directive_of(field, RequiresScope)
            if required is not None:
                _guard(field, required)
            elif coordinate in more or (kind.name in PROTECTED_TYPES and coordinate not in PUBLIC_FIELDS):
                raise MissingScope(coordinate)


def _guard(field: GraphQLField, required: RequiresScope) -> None:
    if field.subscribe:
        field.subscribe = _guarded(field.subscribe, required)
    elif field.resolve:
        field.resolve = _guarded(field.resolve, required)


def _guarded(resolve: Callable[..., Any], required: RequiresScope) -> Callable[..., Any]:
    def guarded(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if not info.context.viewer.may(required):
            raise forbidden(required)
        return resolve(source, info, **arguments)

    return guarded
