"""What belongs to a service: its price, questions, consent, and who delivers it on terms of their own."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from booking.catalogue.eligibility import eligibility_text
from booking.catalogue.lookup import QualifiedOffer, consent_text_in
from booking.domain.policy import AppointmentMode, PatientKind
from booking.domain.screening import Outcome
from booking.domain.translations import Translations
from booking.i18n.locales import texts_for
from booking.storage.models.catalogue.clinic import ConsentText as ConsentTextRow
from booking.storage.models.catalogue.services import ScreeningQuestion as ScreeningQuestionRow
from booking.storage.models.catalogue.services import Service as ServiceRow
from graphql_api.context.context import Context
from graphql_api.limits.query_cost import Cost
from graphql_api.types.relay import Node, global_id

if TYPE_CHECKING:
    from graphql_api.types.catalogue import Practitioner

MINUTE = timedelta(minutes=1)
strawberry.enum(
    AppointmentMode, description="How a visit happens: at the clinic, or without a way to it. More may come."
)
strawberry.enum(PatientKind, description="Whether a patient has been at the clinic before.")
NO_COST = Cost(weight=0)
"""Of objects that are made of what is read already."""


@strawberry.type(description="For whom a service is (FHIR HealthcareService.eligibility). Not checked.")
class Eligibility:
    text: str = strawberry.field(description="In words, in the language asked for: `New patients`.")
    patients: PatientKind | None = strawberry.field(description="New or returning ones alone, or all.")
    youngest: int | None = strawberry.field(description="The least age, in years.")
    oldest: int | None = strawberry.field(description="The greatest age, in years.")

    @classmethod
    def of(cls, row: ServiceRow, context: Context) -> Self | None:
        """None where it is for everybody."""
        text = eligibility_text(row, texts_for(context.language))
        return (
            cls(text=text, patients=row.patients, youngest=row.youngest, oldest=row.oldest) if text else None
        )


@strawberry.type(description="A question that must be answered before a visit is booked.")
class ScreeningQuestion(Node):
    slug: str = strawberry.field(description="Its name in the clinic's file.")
    text: str = strawberry.field(description="The question, in the language asked for.")
    statement: str | None = strawberry.field(
        description=(
            'The question in a few words, for a list of what may apply: "Pregnant, or could be". Show `text` '
            "where there is none, and beside what is ticked."
        )
    )
    why: str | None = strawberry.field(description="Why it is asked.")
    cleared_by_no: bool = strawberry.field(
        description=(
            "Whether `NO` has no consequence: then it can be a line of a list that visitors answer with "
            '"None of these". Ask any other one with each answer.'
        )
    )

    @classmethod
    def of(cls, row: ScreeningQuestionRow, context: Context) -> Self:
        return cls(
            id=global_id("ScreeningQuestion", row.slug),
            slug=row.slug,
            text=context.translate(row.text),
            statement=context.translate_optional(row.statement),
            why=context.translate_optional(row.why),
            cleared_by_no=row.if_no is Outcome.CLEARED,
        )


@strawberry.type(description="An amount of money.")
class Money:
    amount: str = strawberry.field(description='A decimal number: "95.00".')
    currency: str = strawberry.field(description="ISO 4217 code.")

    @classmethod
    def of(cls, amount: str | None, currency: str | None) -> Self | None:
        """None where there is no price."""
        return cls(amount=amount, currency=currency) if amount and currency else None


@strawberry.type(description="A frequent question about a service, and the clinic's answer.")
class FrequentQuestion:
    question: str = strawberry.field(description="The question, in the language asked for.")
    answer: str = strawberry.field(description="The answer, in the language asked for.")

    @classmethod
    def of(cls, entry: Mapping[str, Translations], context: Context) -> Self:
        return cls(question=context.translate(entry["question"]), answer=context.translate(entry["answer"]))


@strawberry.type(description="A service as one practitioner delivers it (FHIR PractitionerRole).")
class ServiceOffer:
    practitioner: Annotated["Practitioner", strawberry.lazy("graphql_api.types.catalogue")] = (
        strawberry.field(description="Who delivers it.", directives=[NO_COST])
    )
    duration_minutes: int = strawberry.field(description="The length of one visit with them.")
    price: Money | None = strawberry.field(
        description="The price of all visits together.", directives=[NO_COST]
    )

    @classmethod
    def of(cls, offer: QualifiedOffer, practitioner: "Practitioner") -> Self:
        return cls(
            practitioner=practitioner,
            duration_minutes=offer.duration // MINUTE,
            price=Money.of(offer.price, offer.service.currency),
        )


@strawberry.type(description="The offers of all who may deliver a service on some day that can be booked.")
class OfferRange:
    shortest_minutes: int = strawberry.field(description="The length of the shortest visit.")
    longest_minutes: int = strawberry.field(description="The length of the longest visit.")
    lowest_price: Money | None = strawberry.field(
        description="The lowest price of all visits together.", directives=[NO_COST]
    )
    highest_price: Money | None = strawberry.field(
        description="The highest price of all visits together.", directives=[NO_COST]
    )

    @classmethod
    def of(cls, offers: Sequence[QualifiedOffer], own: tuple[int, Money | None]) -> Self:
        """`own` are minutes and price of the service itself, for one that nobody may deliver."""
        minutes = [offer.duration // MINUTE for offer in offers] or [own[0]]
        prices = [Money.of(offer.price, offer.service.currency) for offer in offers] or [own[1]]
        by_amount = sorted(filter(None, prices), key=lambda price: Decimal(price.amount))
        return cls(
            shortest_minutes=min(minutes),
            longest_minutes=max(minutes),
            lowest_price=by_amount[0] if by_amount else None,
            highest_price=by_amount[-1] if by_amount else None,
        )


@strawberry.type(description="A text that patients agree to before a booking (FHIR Consent.policyText).")
class ConsentText(Node):
    version: str = strawberry.field(description="The clinic's name for this text.")
    language: str = strawberry.field(description="The language of `text` (BCP 47).")
    text: str = strawberry.field(
        description="Plain text with line breaks, in the language asked for. It never changes."
    )

    @classmethod
    def of(cls, row: ConsentTextRow, _context: Context) -> Self:
        return cls(
            id=global_id("ConsentText", row.key), version=row.version, language=row.language, text=row.text
        )

    @classmethod
    async def asked_for(cls, context: Context) -> Self | None:
        """The clinic's present text, in the caller's language; None where it asks for no consent."""
        async with context.database.read() as session:
            row = await consent_text_in(session, context.language)
        return cls.of(row, context) if row else None
