"""The waiting list: joined, left, and the times that it offers taken or declined."""

from datetime import date
from typing import Annotated

import strawberry

from booking.domain.tokens import token_in
from booking.storage.models.appointments import Appointment as AppointmentRow
from booking.storage.session import BookingSession
from booking.waiting_list.accept import AcceptRequest, accept_offer
from booking.waiting_list.entry import WaitingState, state_of, waiting_state
from booking.waiting_list.join import JoinRequest, join_waiting_list
from booking.waiting_list.leave import decline_offer, leave_waiting_list
from graphql_api.context.context import Context, Info
from graphql_api.context.schema_part import SchemaPart, argument
from graphql_api.limits.rate_limiting import one_booking
from graphql_api.operations.book import PatientInput
from graphql_api.operations.mutation import run_mutation
from graphql_api.operations.screening import ScreeningAnswerInput, answers_by_slug
from graphql_api.security.viewer import BOOK, MANAGE, READ
from graphql_api.types.appointments import Appointment
from graphql_api.types.payload import IDEMPOTENCY_KEY, Payload
from graphql_api.types.relay import key_from_id, key_from_optional_id, uuid_from_id
from graphql_api.types.waiting_list import AvailableTimeInput, WaitingListEntry


@strawberry.input(
    description=(
        "What the patient waits for. With `manageToken` it is an earlier time than that visit has: give "
        "no service, patient and answers then. All else is as for a booking."
    )
)
class JoinWaitingListInput:
    service_id: strawberry.ID | None = strawberry.field(
        default=None, description="The service; needed without `manageToken`."
    )
    practitioner_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="With whom; empty for anyone who may deliver the service."
    )
    location_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where; any location unless given."
    )
    available_times: list[AvailableTimeInput] = strawberry.field(
        default_factory=list, description="When the patient could come, 21 at most; empty for any time."
    )
    first_day: date | None = strawberry.field(
        default=None, description="The first day on which the patient could come; today unless given."
    )
    last_day: date | None = strawberry.field(
        default=None,
        description="The last one. With `manageToken` the day of the visit unless given, else it is needed.",
    )
    manage_token: str | None = strawberry.field(
        default=None, description="The secret of the manage link of a later visit, which stands meanwhile."
    )
    appointment_id: strawberry.ID | None = strawberry.field(
        default=None, description="That visit, where the link is for a course or a key has booked it."
    )
    patient: PatientInput | None = strawberry.field(
        default=None, description="The patient; needed without `manageToken`. Offers go to `email`."
    )
    screening: list[ScreeningAnswerInput] = strawberry.field(
        default_factory=list, description="One answer to each of the service's `screeningQuestions`."
    )
    consent_text_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The `clinic.consentText` that the patient agreed to; required where there is one.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)

    def request(self, context: Context) -> JoinRequest:
        """Raises:
        InvalidInput: an id of another type, or a time that no clock shows.
        """
        patient = self.patient
        appointment = self.appointment_id
        return JoinRequest(
            last_day=self.last_day,
            first_day=self.first_day,
            service=key_from_optional_id(self.service_id, "Service", "serviceId"),
            practitioners=[
                key_from_id(each, "Practitioner", "practitionerIds", str(index))
                for index, each in enumerate(self.practitioner_ids)
            ],
            location=key_from_optional_id(self.location_id, "Location", "locationId"),
            available_times=[each.value(index) for index, each in enumerate(self.available_times)],
            manage_token=None if self.manage_token is None else token_in(self.manage_token),
            appointment=uuid_from_id(appointment, "Appointment", "appointmentId") if appointment else None,
            owner=context.viewer.key,
            name=patient.name if patient else "",
            email=patient.email if patient else "",
            contact_name=(patient.contact_name or "") if patient else "",
            phone=patient.phone if patient else "",
            language=context.language,
            answers=answers_by_slug(self.screening),
            consent_text=key_from_optional_id(self.consent_text_id, "ConsentText", "consentTextId"),
            answered_again=context.internals.budgets.screening.was_refused,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input
class WaitingListInput:
    waiting_list_token: str = strawberry.field(
        description="The secret of the entry, or that of a mail which offered it a time."
    )

    def token(self) -> str:
        return token_in(self.waiting_list_token)


@strawberry.input(description="The entry to end.")
class LeaveWaitingListInput(WaitingListInput):
    pass


@strawberry.input(description="The offer to take.")
class AcceptWaitingListOfferInput(WaitingListInput):
    offer_id: strawberry.ID = strawberry.field(description="The offer that the patient was shown.")
    screening: list[ScreeningAnswerInput] = strawberry.field(
        default_factory=list,
        description=(
            "One answer to each `missing` question of `ScreeningIncomplete`, with which it is refused where "
            "the time is too long after the last ones."
        ),
    )


@strawberry.input(description="The offer to decline.")
class DeclineWaitingListOfferInput(WaitingListInput):
    offer_id: strawberry.ID = strawberry.field(description="The offer that the patient was shown.")


@strawberry.type
class WaitingListPayload(Payload):
    waiting_list_entry: WaitingListEntry | None = strawberry.field(
        default=None, description="The entry; null when it was refused."
    )


@strawberry.type(description="The entry, or why there is none.")
class JoinWaitingListPayload(WaitingListPayload):
    waiting_list_token: str | None = strawberry.field(
        default=None,
        description="The secret of the link `/waiting/<waitingListToken>`. Only this answer holds it.",
    )


@strawberry.type(description="The entry that ended, or why it didn't.")
class LeaveWaitingListPayload(WaitingListPayload):
    pass


@strawberry.type(description="The visit that was booked or moved, or why there is none.")
class AcceptWaitingListOfferPayload(WaitingListPayload):
    appointment: Appointment | None = strawberry.field(
        default=None, description="The visit. The token of the entry is that of its manage link, too."
    )


@strawberry.type(description="The entry, which waits on, or why the offer was not declined.")
class DeclineWaitingListOfferPayload(WaitingListPayload):
    pass


@strawberry.type
class WaitingListQueries:
    @strawberry.field(
        description="The entry of a secret; null when the secret is not valid (any more).",
        directives=[READ],
    )
    async def waiting_list_entry(
        self,
        info: Info,
        waiting_list_token: Annotated[
            str, argument("The secret of the entry, or that of a mail which offered it a time.")
        ],
    ) -> WaitingListEntry | None:
        async with info.context.database.read() as session:
            state = await waiting_state(session, token_in(waiting_list_token))
        return WaitingListEntry.of(state) if state else None


@strawberry.type
class WaitingListMutations:
    @strawberry.mutation(
        description=(
            "Let a patient wait for a time that opens, or for an earlier one than a visit has. When one "
            "does, it is held, and offered by mail to one patient after the other, in a fair order."
        ),
        directives=[BOOK],
    )
    async def join_waiting_list(
        self, info: Info, input: Annotated[JoinWaitingListInput, argument("What the patient waits for.")]
    ) -> JoinWaitingListPayload | None:
        context = info.context

        async def work(session: BookingSession) -> tuple[WaitingState, str]:
            request, actor = input.request(context), context.internals.actor
            with one_booking(context.internals.budgets.bookings) as count:
                joined = await join_waiting_list(session, request, actor=actor, now=context.now, count=count)
            return await state_of(session, joined.entry), joined.token

        done, problems = await run_mutation(context, work)
        if done is None:
            return JoinWaitingListPayload(problems=problems)
        state, token = done
        return JoinWaitingListPayload(waiting_list_entry=WaitingListEntry.of(state), waiting_list_token=token)

    @strawberry.mutation(
        description="End an entry. A time that is held for it is free. Repeating it does no harm.",
        directives=[MANAGE],
    )
    async def leave_waiting_list(
        self, info: Info, input: Annotated[LeaveWaitingListInput, argument("The entry.")]
    ) -> LeaveWaitingListPayload | None:
        context = info.context

        async def work(session: BookingSession) -> WaitingState:
            actor = context.internals.actor
            entry = await leave_waiting_list(session, input.token(), actor=actor, now=context.now)
            return await state_of(session, entry)

        state, problems = await run_mutation(context, work)
        entry = WaitingListEntry.of(state) if state else None
        return LeaveWaitingListPayload(waiting_list_entry=entry, problems=problems)

    @strawberry.mutation(
        description=(
            "Take an offered time: it is booked, or the later visit is moved to it. Repeating it answers "
            "with the same visit."
        ),
        directives=[MANAGE],
    )
    async def accept_waiting_list_offer(
        self, info: Info, input: Annotated[AcceptWaitingListOfferInput, argument("The offer.")]
    ) -> AcceptWaitingListOfferPayload | None:
        context = info.context

        async def work(session: BookingSession) -> tuple[AppointmentRow, WaitingState | None]:
            request = AcceptRequest(
                token=input.token(),
                offer=uuid_from_id(input.offer_id, "WaitingListOffer", "offerId"),
                answers=answers_by_slug(input.screening),
                answered_again=context.internals.budgets.screening.was_refused,
            )
            visit = await accept_offer(session, request, actor=context.internals.actor, now=context.now)
            return visit, await waiting_state(session, input.token())

        done, problems = await run_mutation(context, work)
        if done is None:
            return AcceptWaitingListOfferPayload(problems=problems)
        visit, state = done
        return AcceptWaitingListOfferPayload(
            appointment=Appointment.of(visit),
            waiting_list_entry=WaitingListEntry.of(state) if state else None,
        )

    @strawberry.mutation(
        description="Leave an offered time to the next in the order, and wait on. Repeating it does no harm.",
        directives=[MANAGE],
    )
    async def decline_waiting_list_offer(
        self, info: Info, input: Annotated[DeclineWaitingListOfferInput, argument("The offer.")]
    ) -> DeclineWaitingListOfferPayload | None:
        context = info.context

        async def work(session: BookingSession) -> WaitingState:
            offer = uuid_from_id(input.offer_id, "WaitingListOffer", "offerId")
            actor = context.internals.actor
            entry = await decline_offer(session, input.token(), offer, actor=actor, now=context.now)
            return await state_of(session, entry)

        state, problems = await run_mutation(context, work)
        entry = WaitingListEntry.of(state) if state else None
        return DeclineWaitingListOfferPayload(waiting_list_entry=entry, problems=problems)


part = SchemaPart(query=WaitingListQueries, mutation=WaitingListMutations)
