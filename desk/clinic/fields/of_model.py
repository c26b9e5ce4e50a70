"""The fields of a section, made of its model: a key that the file learns is a field of the screens, too."""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from booking.catalogue.clinic_file import spelling
from booking.catalogue.clinic_file.images.logo import Logo
from booking.catalogue.clinic_file.images.photo import Photo
from booking.catalogue.clinic_file.model.section import Section
from desk.clinic.fields.field import (
    Amount,
    Check,
    Field,
    Items,
    Line,
    Lines,
    Number,
    Numbers,
    OneItem,
    OneOf,
    Translated,
    Words,
)
from desk.clinic.fields.offers import Offers
from desk.clinic.fields.rows import Rows
from desk.clinic.fields.times import Clock, Day, Length, Moment, Quiet, Week

SPELLED: Mapping[Any, tuple[type[Field], dict[str, Any]]] = {
    spelling.CLOCK_TIME: (Clock, {}),
    spelling.DURATION: (Length, {}),
    spelling.DURATION_OR_FALSE: (Length, {"units": ("day",), "false_if_empty": True}),
    spelling.MOMENT: (Moment, {}),
    spelling.PERIOD: (Length, {"units": ("day", "month", "year")}),
    spelling.QUIET_HOURS: (Quiet, {}),
    spelling.TEXT: (Translated, {}),
    spelling.TIMES: (Words, {}),
    spelling.WEEK: (Week, {}),
}
LONG_TEXTS = {"description", "preparation", "text", "answer", "booked", "moved", "cancelled", "offer"} | {
    "reminder",
    "about",
    "joining",
    "directions",
    "parking",
}
LISTED = {"services": "services", "screening": "screening"}
"""Keys with slugs of items, and the list that has them."""
NOT_TYPED = {"slug", "breaks"}
"""A new item gets its slug from its name, and keeps it; a break is a gap in the week."""


class UnknownKind(Exception):
    """The screens have no field for this kind of value yet."""


def fields_of(section: type[Section]) -> list[Field]:
    """
    Raises:
        UnknownKind: a value can't be typed into any field that there is.
    """
    hints = get_type_hints(section, include_extras=True)
    return [
        field
        for name, info in section.model_fields.items()
        if (field := _field(info.alias or name, hints[name], info)) is not None
    ]


def _field(key: str, hint: Any, info: FieldInfo) -> Field | None:
    basics: dict[str, Any] = {"key": key, "is_required": info.is_required()}
    kinds = list(_unwrapped(hint))
    if key in NOT_TYPED or Logo in kinds or Photo in kinds:
        return None
    if key == "location":
        return OneItem(**basics, table="locations")
    if key in LISTED and list in kinds:
        item = next((kind for kind in kinds if _is_a(kind, Section)), None)
        if item is not None:
            return Offers(**basics, table=LISTED[key], fields=fields_of(item))
        return Items(**basics, table=LISTED[key])
    for kind in kinds:
        if _is_a(kind, Section):
            return Rows(**basics, fields=fields_of(kind))
        if kind in SPELLED_OBJECTS:
            made, options = SPELLED[kind]
            if made is Translated:
                options = {"is_long": key in LONG_TEXTS}
            return made(**basics, **options)
    is_list = list in kinds
    if key == "price":
        return Amount(**basics)
    if key == "every":
        return Length(**basics, units=("week", "year") if "year" in kinds else ("week",))
    for kind in kinds:
        if _is_a(kind, StrEnum):
            return OneOf(**basics, values=[each.value for each in kind], kind=kind.__name__)
        if kind is bool:
            return Check(**basics)
        if kind is int:
            return (Numbers if is_list else Number)(**basics)
        if kind is date:
            return Day(**basics)
        if kind is str:
            if is_list:
                return (Lines if key == "address" else Words)(**basics)
            return Line(**basics)
    if spelling.ADDRESS in kinds:
        return Line(**basics)
    raise UnknownKind(f"{key}: {hint}")


SPELLED_OBJECTS = [*SPELLED]


def _unwrapped(hint: Any) -> Iterator[Any]:
    """The types and the annotations of a hint, the outermost first."""
    if get_origin(hint) is Annotated:
        kind, *metadata = get_args(hint)
        yield from metadata
        yield from _unwrapped(kind)
    elif arguments := [each for each in get_args(hint) if each is not type(None)]:
        yield get_origin(hint)
        for each in arguments:
            yield from _unwrapped(each)
    else:
        yield hint


def _is_a(kind: Any, base: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, base)
