"""Appointments, and the courses that several of them are booked as."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import strawberry

from booking.calendars.ical import appointments_ical
from booking.domain.tokens import manage_url
from booking.patients.contacts import PatientContact
from booking.storage.models.api_keys import Scope
from booking.storage.models.appointments import Appointment as AppointmentRow
from booking.storage.models.appointments import AppointmentStatus, CancellationReason
from booking.storage.models.ticks import Resource as ResourceRow
from graphql_api.context.context import Context, Info
from graphql_api.security.viewer import DESK_READ, PATIENTS
from graphql_api.types.relay import Node, global_id
from graphql_api.types.slots import AppointmentTime, local

strawberry.enum(
    AppointmentStatus,
    description=(
        "FHIR's AppointmentStatus. A visit of any other than `CANCELLED` stands, and has its time. More may "
        "come."
    ),
)
strawberry.enum(
    CancellationReason,
    description="On whose part a visit was cancelled. More may come: take them as `OTHER`.",
)


@strawberry.type(description="The patient of an appointment (FHIR Patient). It holds no health data.")
class Patient:
    id: strawberry.ID = strawberry.field(
        description="Names the patient of this booking, for `bookForPatient`; a later booking has another."
    )
    name: str = strawberry.field(description="Their name.")
    email: str = strawberry.field(description="Their e-mail address.")
    phone: str = strawberry.field(
        description="Their phone number in E.164, with an extension as in RFC 3966: `;ext=45`."
    )

    contact_name: str | None = strawberry.field(
        description="The name of the person whom `email` and `phone` reach; null for the patient."
    )

    @classmethod
    def of(cls, contact: PatientContact) -> Self:
        return cls(
            id=global_id("Patient", contact.id),
            name=contact.name,
            email=contact.email,
            phone=contact.phone,
            contact_name=contact.contact_name or None,
        )


@strawberry.type(description="A room or a device of the clinic (FHIR Location or Device).")
class Resource:
    id: strawberry.ID = strawberry.field(description="Names it for ever.")
    slug: str = strawberry.field(description="Its name in the clinic's file.")
    name: str = strawberry.field(description="Its name, in the language asked for.")
    kind: str = strawberry.field(description="Its kind; those of one kind are interchangeable.")

    @classmethod
    def of(cls, row: ResourceRow, context: Context) -> Self:
        return cls(
            id=global_id("Resource", row.slug),
            slug=row.slug,
            name=context.translate(row.name),
            kind=row.kind,
        )


@strawberry.type(description="A booked visit (FHIR Appointment). It holds no screening answers.")
class Appointment(AppointmentTime):
    row: strawberry.Private[AppointmentRow]
    manage_token: strawberry.Private[str | None] = None
    reference: str = strawberry.field(description="A short code to quote on the phone.")
    status: AppointmentStatus = strawberry.field(
        description="What became of it: on its day the clinic notes whether the patient has come."
    )
    cancellation_reason: CancellationReason | None = strawberry.field(
        description="On whose part it was cancelled; null if it stands, or nobody has said."
    )
    version: int = strawberry.field(
        description=(
            "Raised by each change, that of a status and of what only the clinic sees too: of two states the "
            "higher one is newer."
        )
    )

    @strawberry.field(description="When it was booked.")
    def booked_at(self, info: Info) -> datetime:
        return local(self.row.created_at, self.row.location, info.context)

    @strawberry.field(description="When it was last booked, moved or cancelled, or got another status.")
    def updated_at(self, info: Info) -> datetime:
        return local(self.row.changed_at, self.row.location, info.context)

    @strawberry.field(
        description="Raised by each move and cancellation, from 0; a status leaves it as it was."
    )
    def sequence(self) -> int:
        return self.row.sequence

    @strawberry.field(description="The last instant at which it can be moved or cancelled online.")
    def change_deadline(self, info: Info) -> datetime:
        deadline = self.row.change_deadline(info.context.clinic.policy)
        return local(deadline, self.row.location, info.context)

    @strawberry.field(description="Whether it can still be moved or cancelled online.")
    def can_change(self, info: Info) -> bool:
        deadline = self.row.change_deadline(info.context.clinic.policy)
        return self.row.status is AppointmentStatus.BOOKED and info.context.now <= deadline

    @strawberry.field(
        description=(
            "The last instant at which it can be cancelled online: after `changeDeadline`, for a visit that "
            "got its time a short while ago (`BookingPolicy.graceMinutes`)."
        )
    )
    def cancellation_deadline(self, info: Info) -> datetime:
        deadline = self.row.cancellation_deadline(info.context.clinic.policy)
        return local(deadline, self.row.location, info.context)

    @strawberry.field(description="Whether it can still be cancelled online.")
    def can_cancel(self, info: Info) -> bool:
        deadline = self.row.cancellation_deadline(info.context.clinic.policy)
        return self.row.status is AppointmentStatus.BOOKED and info.context.now <= deadline

    @strawberry.field(
        description=(
            "Until when `undoCancellation` books it again, if its time is still free; null if that is not "
            "possible (any more)."
        )
    )
    def undo_deadline(self, info: Info) -> datetime | None:
        deadline = self.row.undo_deadline(info.context.clinic.policy)
        if deadline is None or deadline < info.context.now:
            return None
        return local(deadline, self.row.location, info.context)

    @strawberry.field(
        description=(
            "When the patient confirmed that they will come (FHIR `participant.status`, `accepted`); null if "
            "they haven't, or it was moved since. It leaves `updatedAt` as it was."
        )
    )
    def confirmed_at(self, info: Info) -> datetime | None:
        at = self.row.confirmed_at
        return at and local(at, self.row.location, info.context)

    @strawberry.field(
        description="How to join it, for a visit by video or by phone: who has booked it reads that alone."
    )
    async def joining(self, info: Info) -> str | None:
        service = await info.context.load.services.load(self.row.service)
        return info.context.translate_optional(service.joining)

    @strawberry.field(description="The course that it is part of; null for a single visit.")
    def course(self) -> Annotated["Course", strawberry.lazy("graphql_api.types.appointments")] | None:
        return None if self.row.course is None else Course.of(self.row.course, self.manage_token)

    @strawberry.field(
        description=(
            "The appointment as an iCalendar file (text/calendar); of a course, all its appointments. Where "
            "the secret of the manage link is known, the file has the link, and is for the patient alone."
        )
    )
    async def calendar_file(self, info: Info) -> str:
        load = info.context.load
        rows = await load.appointments.load(self.row.course) if self.row.course else [self.row]
        services = {row.service: await load.services.load(row.service) for row in rows}
        locations = {row.location: await load.locations.load(row.location) for row in rows}
        practitioners = {row.practitioner: await load.practitioners.load(row.practitioner) for row in rows}
        language, token = info.context.language, self.manage_token
        return appointments_ical(
            info.context.clinic,
            rows,
            services,
            locations,
            practitioners,
            manage_url=manage_url(info.context.internals.site, token, language) if token else None,
            language=language,
        )

    @strawberry.field(
        description=(
            "The patient; null once the data are erased, and unless it was booked with this key or the key "
            "has `DESK_READ` too."
        ),
        directives=[PATIENTS],
    )
    async def patient(self, info: Info) -> Patient | None:
        viewer, load = info.context.viewer, info.context.load
        if viewer.is_at_desk:
            contact = await load.desk.patients.load(self.row.patient)
        elif viewer.owns(self.row.booked_by, Scope.PATIENT_READ):
            contact = await load.patients.load(self.row.patient)
        else:
            return None
        return Patient.of(contact) if contact else None

    @strawberry.field(
        description="Whether it stands beside another visit of the practitioner, in a time that is taken.",
        directives=[DESK_READ],
    )
    def is_squeeze_in(self) -> bool | None:
        return self.row.squeeze_in

    @strawberry.field(
        description="The rooms and the equipment that it has to itself, buffers included.",
        directives=[DESK_READ],
    )
    async def resources(self, info: Info) -> list[Resource] | None:
        rows = await info.context.load.desk.resources.load(self.row.id)
        return [Resource.of(row, info.context) for row in rows]

    @strawberry.field(
        description=(
            "Since when it can't take place: blocked time, or what the clinic offers now, rules it out. "
            "Somebody has to call."
        ),
        directives=[DESK_READ],
    )
    def impossible_since(self, info: Info) -> datetime | None:
        since = self.row.impossible_since
        return None if since is None else local(since, self.row.location, info.context)

    @strawberry.field(
        description=(
            "Whether there is something that the practitioner talks about at the visit; what, the "
            "practitioner alone sees."
        ),
        directives=[DESK_READ],
    )
    async def has_topics(self, info: Info) -> bool | None:
        return await info.context.load.desk.has_topics.load(self.row)

    @strawberry.field(
        description="Whether the desk has noted something on it.",
        directives=[DESK_READ],
    )
    def has_note(self) -> bool | None:
        return self.row.desk_note is not None

    @strawberry.field(
        description=(
            "The note for the desk, no health record; null if there is none, and unless the key has "
            "`DESK_READ` too."
        ),
        directives=[PATIENTS],
    )
    async def note(self, info: Info) -> str | None:
        if not info.context.viewer.is_at_desk:
            return None
        return await info.context.load.desk.notes.load(self.row)

    @classmethod
    def of(cls, row: AppointmentRow, manage_token: str | None = None) -> Self:
        """`manage_token` is for whom the answer is, if it is known."""
        return cls(
            id=global_id("Appointment", row.id),
            at=row,
            row=row,
            manage_token=manage_token,
            reference=row.reference,
            status=row.status,
            cancellation_reason=row.cancellation_reason,
            version=row.version,
        )


@strawberry.type(description="Appointments that were booked together; they share one manage link.")
class Course(Node):
    key: strawberry.Private[UUID]
    manage_token: strawberry.Private[str | None] = None

    @strawberry.field(description="Its appointments, in order of time, cancelled ones included.")
    async def appointments(self, info: Info) -> list[Appointment]:
        rows = await info.context.load.appointments.load(self.key)
        return [Appointment.of(row, self.manage_token) for row in rows]

    @classmethod
    def of(cls, key: UUID, manage_token: str | None = None) -> Self:
        return cls(id=global_id("Course", key), key=key, manage_token=manage_token)
