"""What the catalogue says, by sections: a table of the clinic's file, or an item of one of its lists."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from booking.catalogue.clinic_file.export.content import Content, file_content, stored_logo, stored_photos
from booking.catalogue.clinic_file.images.logo import spell_logo
from booking.catalogue.clinic_file.images.photo import LARGEST, spell_photo
from booking.catalogue.clinic_file.mapping import ClinicRows
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.model.section import Section

PLACED = ("hours", "extra_hours")
"""Keys of a practitioner whose items are at a location."""
ORDER = "order"
"""The key of a list's slugs in their order, which is a section of its own."""


@dataclass(frozen=True, order=True)
class SectionId:
    """`table` is a key of the clinic's file; `slug` names an item of a list, "" the order of its items."""

    table: str
    slug: str = ""

    def __str__(self) -> str:
        return f"{self.table}[{self.slug}]" if self.slug else self.table


@dataclass(frozen=True)
class SectionEdit:
    """The section says this from now on; None: it is there no more, or has only defaults."""

    section: SectionId
    content: Content | None


def _models() -> Iterator[tuple[str, type[Section], bool]]:
    """The tables that the database has, with their models, and whether each is a list."""
    for name, field in ClinicFile.model_fields.items():
        kinds = [field.annotation, *get_args(field.annotation)]
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, Section):
                yield field.alias or name, kind, kind is not field.annotation and _is_list(field.annotation)


def _is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is list


TABLES: Mapping[str, type[Section]] = {table: kind for table, kind, is_list in _models() if not is_list}
LISTS: Mapping[str, type[Section]] = {table: kind for table, kind, is_list in _models() if is_list}
MODELS: Mapping[str, type[Section]] = {**TABLES, **LISTS}
OPTIONAL = {table for table in TABLES if ClinicFile.model_fields[table].default is None}
"""Tables that switch something on: without them it is off. Others have defaults."""


def content_of(rows: ClinicRows) -> Content:
    """What a clinic's file would say of these rows, as short as it can be; hours and resources always name
    their location, so that they stay what they are where one is added."""
    content = file_content(rows).shortest
    here = {"location": content["locations"][0]["slug"]}
    for practitioner in content["practitioners"]:
        for key in PLACED:
            practitioner[key] = [here | hours for hours in practitioner.get(key, [])]
    if "resources" in content:
        content["resources"] = [here | resource for resource in content["resources"]]
    return content


def slug_in(named: str | Content) -> str:
    """Of an item that a list names by its slug, or by a table that has the slug and more."""
    return named if isinstance(named, str) else str(named["slug"])


def offers(practitioner: Content | None, service: str) -> bool:
    """Whether a practitioner's section names the service."""
    return any(slug_in(each) == service for each in (practitioner or {}).get("services", []))


def images_of(rows: ClinicRows) -> dict[str, bytes]:
    """The images of the catalogue, by the names that its content has for them."""
    logo, photos = stored_logo(rows), stored_photos(rows)
    images = {spell_photo(photo): photo.pictures[LARGEST] for photo in photos.values()}
    return images | ({spell_logo(logo): logo.content} if logo else {})


def image_names(content: Content) -> set[str]:
    """The images that the content names; what is no name is the checker's to tell."""
    named = [content.get("mails", {}).get("logo"), *(each.get("photo") for each in content["practitioners"])]
    return {name for name in named if isinstance(name, str)}


def section_in(content: Content, section: SectionId) -> Content | None:
    """What the content says there; None if nothing."""
    if section.table not in LISTS:
        return content.get(section.table, None if section.table in OPTIONAL else {})
    items: Sequence[Content] = content.get(section.table, [])
    if not section.slug:
        return {ORDER: [item["slug"] for item in items]}
    return next((item for item in items if item["slug"] == section.slug), None)


def sections_of(content: Content) -> dict[SectionId, Content]:
    """All that the content says, section by section, in the order of the file."""
    found = {}
    for table in ClinicFile.model_fields:
        if table in TABLES and (said := section_in(content, SectionId(table))) is not None:
            found[SectionId(table)] = said
        elif table in LISTS:
            found |= {SectionId(table, item["slug"]): item for item in content.get(table, [])}
    return found


def with_edits(content: Content, edits: Sequence[SectionEdit]) -> Content:
    """A copy that says what the edits say. A new item comes last in its list."""
    edited = copy.deepcopy(content)
    for edit in edits:
        table, slug = edit.section.table, edit.section.slug
        if table not in LISTS:
            edited.pop(table, None)
            if edit.content is not None:
                edited[table] = edit.content
        elif slug:
            edited[table] = _with_item(edited.get(table, []), slug, edit.content)
        elif edit.content is not None:
            edited[table] = _in_order(edited.get(table, []), edit.content[ORDER])
    return edited


def _with_item(items: Sequence[Content], slug: str, content: Content | None) -> list[Content]:
    if content is None:
        return [item for item in items if item["slug"] != slug]
    replaced = [content if item["slug"] == slug else item for item in items]
    return replaced if any(item["slug"] == slug for item in items) else [*items, content]


def _in_order(items: Sequence[Content], slugs: Sequence[str]) -> list[Content]:
    """Items that the order doesn't name stay behind those that it names."""
    places = {slug: place for place, slug in enumerate(slugs)}
    return sorted(items, key=lambda item: places.get(item["slug"], len(places)))
