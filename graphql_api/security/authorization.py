"""The policy is in the schema: `@requiresScope` on a field is what is enforced, and what is printed."""

from collections.abc import Callable, Collection
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter

from graphql_api.security.viewer import RequiresScope, forbidden

PROTECTED_TYPES = ("Query", "Mutation", "Subscription", "Appointment", "Patient")
"""Types whose fields must each say who may see them."""
PUBLIC_FIELDS = frozenset(
    {
        "Query.node",  # each object's own look-up decides
        "Query.nodes",
        "Query.rateLimit",
        "Query.viewer",
        # Whoever was given the appointment may read of it what the patient's link shows.
        "Appointment.calendarFile",
        "Appointment.canChange",
        "Appointment.changeDeadline",
        "Appointment.course",
        "Appointment.endsAt",
        "Appointment.id",
        "Appointment.location",
        "Appointment.practitioner",
        "Appointment.reference",
        "Appointment.service",
        "Appointment.startsAt",
        "Appointment.status",
        # Nothing leads to a patient but `Appointment.patient`.
        "Patient.email",
        "Patient.name",
        "Patient.phone",
    }
)


class MissingScope(Exception):
    """A field says nothing of who may see it; the server doesn't start with it."""

    def __init__(self, coordinate: str) -> None:
        self.coordinate = coordinate
        self.reason = "it needs @requiresScope: who may see it?"
        super().__init__(f"{coordinate}: {self.reason}")


def enforce_scopes(schema: GraphQLSchema, others: Collection[str] = ()) -> None:
    """Makes every field that has the directive keep to it. Refuses with NoPolicy.

    `others` are the coordinates of more fields that must have it.
    """
    for kind in schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or kind.name.startswith("__"):
            continue
        for name, field in kind.fields.items():
            needed = required_scope(field)
            if needed is not None:
                _guard(field, needed)
            elif (where := f"{kind.name}.{name}") in others or (
                kind.name in PROTECTED_TYPES and where not in PUBLIC_FIELDS
            ):
                raise MissingScope(where)


def required_scope(field: GraphQLField) -> RequiresScope | None:
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    directives = definition.directives if definition else ()
    return next((one for one in directives if isinstance(one, RequiresScope)), None)


def _guard(field: GraphQLField, needed: RequiresScope) -> None:
    if field.subscribe:
        field.subscribe = _guarded(field.subscribe, needed)
    elif field.resolve:
        field.resolve = _guarded(field.resolve, needed)


def _guarded(resolve: Callable[..., Any], needed: RequiresScope) -> Callable[..., Any]:
    def guarded(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if not info.context.viewer.may(needed):
            raise forbidden(needed)
        return resolve(source, info, **arguments)

    return guarded
