"""Search for people, as at the front desk: by name, phone number, e-mail address or reference."""

from typing import Annotated

import strawberry

from booking.patients.person import Person as PersonFound
from booking.patients.search import search_people
from booking.storage.models.appointments import Appointment as AppointmentRow
from booking.storage.queries.appointments import appointments_by_id
from graphql_api.context.context import Info
from graphql_api.context.loaders import resolve_loaded
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.limits.query_cost import SEARCH_WEIGHT, Cost
from graphql_api.security.viewer import DESK_READ, PATIENTS, forbidden
from graphql_api.types.appointments import Appointment, Patient
from graphql_api.types.catalogue import Practitioner, Service
from graphql_api.types.relay import First, cursor_key

USUAL_COUNT = 6
LOOK = "search"


@strawberry.type(
    description=(
        "Whom the desk speaks with (FHIR Person): all bookings with one name and the same number or address."
    )
)
class Person:
    found: strawberry.Private[PersonFound]
    last_row: strawberry.Private[AppointmentRow | None]
    next_row: strawberry.Private[AppointmentRow | None]
    patient: Patient = strawberry.field(description="The newest booking's, for `bookForPatient`.")
    visit_count: int = strawberry.field(description="Visits that are over, without those nobody came to.")
    no_show_count: int = strawberry.field(description="Visits to which they did not come.")

    @strawberry.field(description="The visit that ended last.")
    def last_appointment(self) -> Appointment | None:
        return Appointment.of(self.last_row) if self.last_row else None

    @strawberry.field(description="The visit that ends next; it may have begun.")
    def next_appointment(self) -> Appointment | None:
        return Appointment.of(self.next_row) if self.next_row else None

    @strawberry.field(description="The service that they come for most often.")
    def usual_service(self, info: Info) -> Service | None:
        slug, context = self.found.usual_service, info.context
        if slug is None:
            return None
        return resolve_loaded(context.load.services, slug, lambda row: Service.of(row, context))

    @strawberry.field(description="The practitioner whom they see most often.")
    def usual_practitioner(self, info: Info) -> Practitioner | None:
        slug, context = self.found.usual_practitioner, info.context
        if slug is None:
            return None
        return resolve_loaded(context.load.practitioners, slug, lambda row: Practitioner.of(row, context))


@strawberry.type
class PeopleQueries:
    @strawberry.field(
        description=(
            "People by the beginnings of their names, a whole phone number or e-mail address, or a "
            "reference; who booked last comes first. The key needs `DESK_READ` too."
        ),
        directives=[PATIENTS, Cost(weight=SEARCH_WEIGHT)],
    )
    async def people(
        self,
        info: Info,
        search: Annotated[str, argument("What is searched for, up to 200 characters.")],
        first: First = USUAL_COUNT,
    ) -> list[Person] | None:
        context = info.context
        if not context.viewer.is_at_desk:
            raise forbidden(DESK_READ)
        cursor_key(first, None, like=None)
        async with context.database.read() as session:
            found = await search_people(session, search, only_practitioner=None, now=context.now, limit=first)
            visits = [visit for each in found for visit in (each.last_visit, each.next_visit) if visit]
            rows = {row.id: row for row in await appointments_by_id(session, {visit.id for visit in visits})}
        shown = {each.contact.id for each in found} | {visit.patient for visit in visits}
        await context.load.desk.record_looks_at(shown, LOOK)
        return [
            Person(
                found=each,
                last_row=rows[each.last_visit.id] if each.last_visit else None,
                next_row=rows[each.next_visit.id] if each.next_visit else None,
                patient=Patient.of(each.contact),
                visit_count=each.visits,
                no_show_count=each.no_shows,
            )
            for each in found
        ]


part = SchemaPart(query=PeopleQueries)
