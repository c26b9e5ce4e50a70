"""The viewer of a request, and the scopes that fields require."""

from dataclasses import dataclass

import strawberry
from graphql import GraphQLError
from strawberry.schema_directive import Location

from booking.storage.models.api_keys import Scope

strawberry.enum(Scope, description="A scope of a key.")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="The scope that a key needs. With `anonymous`, callers without a key may use the field too.",
)
class RequiresScope:
    anonymous: bool = False
    scope: Scope


CATALOGUE = RequiresScope(scope=Scope.CATALOGUE, anonymous=True)
"""Visible to callers without a key, and to keys with the scope `catalogue`."""
AVAILABILITY = RequiresScope(scope=Scope.AVAILABILITY, anonymous=True)
"""Visible to callers without a key, and to keys with the scope `availability`."""
BOOK = RequiresScope(scope=Scope.BOOK, anonymous=True)
"""For callers without a key, and for keys with the scope `book`."""
READ = RequiresScope(scope=Scope.APPOINTMENT_READ, anonymous=True)
MANAGE = RequiresScope(scope=Scope.APPOINTMENT_MANAGE, anonymous=True)
OWN_BOOKINGS = RequiresScope(scope=Scope.APPOINTMENT_READ)
"""For keys with the scope `appointment-read` alone."""
WEBHOOKS = RequiresScope(scope=Scope.WEBHOOK_MANAGE)
PATIENTS = RequiresScope(scope=Scope.PATIENT_READ)
"""For keys with the scope `patient-read` alone: what is about a person."""
DESK_READ = RequiresScope(scope=Scope.DESK_READ)
"""For keys of the clinic's own software, which see what the front desk sees."""
DESK_MANAGE = RequiresScope(scope=Scope.DESK_MANAGE)


@dataclass(frozen=True)
class Viewer:
    """A partner with a key; anonymous without one."""

    key: str | None = None
    name: str | None = None
    scopes: frozenset[Scope] = frozenset()

    def may(self, required: RequiresScope) -> bool:
        return required.anonymous if self.key is None else required.scope in self.scopes

    def owns(self, booked_by: str | None, scope: Scope) -> bool:
        """Whether this key made the booking and has the scope."""
        return self.key is not None and self.key == booked_by and scope in self.scopes

    @property
    def is_at_desk(self) -> bool:
        """Whether every appointment is shown to this key, whoever booked it."""
        return Scope.DESK_READ in self.scopes


def forbidden(required: RequiresScope) -> GraphQLError:
    name = required.scope.name
    return GraphQLError(
        f"This needs a key with the scope {name}.", extensions={"code": "FORBIDDEN", "scope": name}
    )
