"""A service as one practitioner offers it."""

from typing import Annotated, Any, Self

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    model_serializer,
    model_validator,
)

from booking.catalogue.clinic_file.fields import Slug, Ticks, between
from booking.catalogue.clinic_file.formats import Amount
from booking.catalogue.clinic_file.model.section import Section

SLUG: TypeAdapter[str] = TypeAdapter(Slug)


class OfferSection(Section):
    """A service that they offer: its slug, or a table where they take another time or price for it."""

    service: Annotated[Slug, Field(alias="slug")]
    """Slug of the service."""
    duration: Annotated[Ticks, between("5 min", "12 h")] | None = None
    """Of one visit with them; without this line it is that of the service."""
    price: Amount | None = None
    """`"95.00"`, for all visits together, in the service's currency; without this line it is that of the
    service."""

    @model_validator(mode="wrap")
    @classmethod
    def _slug_alone(cls, value: Any, as_table: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(value, str):
            return cls.model_construct(slug=SLUG.validate_python(value))
        return as_table(value)

    @model_serializer(mode="wrap")
    def _shortest(self, as_table: SerializerFunctionWrapHandler) -> Any:
        return as_table(self) if self.duration or self.price else self.service
