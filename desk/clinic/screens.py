"""The screens of the clinic: one for each table of its file, and for each item of its lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from booking.catalogue.changes.sections import LISTS, MODELS, OPTIONAL, TABLES, SectionId, section_in
from booking.catalogue.clinic_file.export.content import Content
from booking.catalogue.clinic_file.slugs import unique_slugs
from booking.domain.errors import NotFound
from booking.domain.translations import in_language
from desk.clinic.fields.field import Choice, Choices, Field
from desk.clinic.fields.of_model import fields_of
from desk.clinic.fields.rows import Rows
from desk.clinic.fields.times import Week

CLINIC = "/desk/clinic"
NEW = "new"
IMAGES = {"practitioners": "photo", "mails": "logo"}
"""The key of the image that a section may have, by its table."""


@dataclass(frozen=True)
class Screen:
    """A form for one section. A new item has no slug yet."""

    table: str
    slug: str = ""

    @property
    def section(self) -> SectionId:
        return SectionId(self.table, self.slug)

    @property
    def is_item(self) -> bool:
        return self.table in LISTS

    @property
    def is_new(self) -> bool:
        return self.is_item and not self.slug

    @property
    def is_optional(self) -> bool:
        """Whether the section switches something on."""
        return self.table in OPTIONAL

    @property
    def fields(self) -> Sequence[Field]:
        return fields_of_table(self.table)

    @property
    def has_week(self) -> bool:
        inner = [each for field in self.fields if isinstance(field, Rows) for each in field.fields]
        return any(isinstance(field, Week) for field in (*self.fields, *inner))

    @property
    def image_key(self) -> str | None:
        """Of the image that the section may have; a new item has none yet."""
        return None if self.is_new else IMAGES.get(self.table)

    @property
    def address(self) -> str:
        parts = [CLINIC, self.table.replace("_", "-"), *([self.slug or NEW] if self.is_item else [])]
        return "/".join(parts)


@cache
def fields_of_table(table: str) -> Sequence[Field]:
    return fields_of(MODELS[table])


def screen_of(table: str, slug: str | None, content: Content) -> Screen:
    """The screen of an address.

    Raises:
        NotFound: the clinic has no such section.
    """
    table = table.replace("-", "_")
    if table in TABLES and slug is None:
        return Screen(table)
    if table in LISTS and slug is not None:
        screen = Screen(table, "" if slug == NEW else slug)
        if screen.is_new or section_in(content, screen.section) is not None:
            return screen
    raise NotFound("There is no such section.")


def defaults_of(table: str) -> Mapping[str, Any]:
    """What a new section says unless somebody says otherwise."""
    made = MODELS[table].model_construct()
    return {key: value for key, value in made.model_dump(by_alias=True).items() if value is not None}


def choices_of(content: Content, language: str) -> Choices:
    """Of the clinic as it is, in the reader's language."""
    return Choices(
        content["clinic"]["languages"],
        {
            table: [Choice(item["slug"], name_of(item, language)) for item in content.get(table, [])]
            for table in LISTS
        },
    )


def name_of(item: Content, language: str) -> str:
    """An item as a list shows it."""
    name = item.get("name", item.get("text", item["slug"]))
    return in_language(name, language) if isinstance(name, dict) else str(name)


def slug_for(name: str, taken: Iterable[str], table: str) -> str:
    """A slug that reads like the name and that no other item has: `dry-needling-2`."""
    return unique_slugs([*taken, NEW, name], table.rstrip("s"))[-1]
