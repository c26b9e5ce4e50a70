"""Edits that take an item off a list of the catalogue, and others that put its list in another order."""

from collections.abc import Iterator

from booking.catalogue.changes.sections import ORDER, PLACED, SectionEdit, SectionId, section_in, slug_in
from booking.catalogue.clinic_file.export.content import Content

NAMED_BY = {"services": ("practitioners", "services"), "screening": ("services", "screening")}
"""The list whose items name those of another by slug, and the key there."""


def withdrawal(content: Content, section: SectionId) -> list[SectionEdit]:
    """Without the item, and without it where others name it. Booked visits stay as they were booked."""
    return [SectionEdit(section, None), *_without_references(content, section)]


def _without_references(content: Content, section: SectionId) -> Iterator[SectionEdit]:
    if section.table == "locations":
        for item in content["practitioners"]:
            left = {key: [each for each in item[key] if each["location"] != section.slug] for key in PLACED}
            if left != {key: item[key] for key in PLACED}:
                yield SectionEdit(SectionId("practitioners", item["slug"]), item | left)
        for item in content.get("resources", []):
            if item["location"] == section.slug:
                yield SectionEdit(SectionId("resources", item["slug"]), None)
        return
    table, key = NAMED_BY.get(section.table, ("", ""))
    for item in content.get(table, []):
        kept = [each for each in item.get(key, []) if slug_in(each) != section.slug]
        if kept != item.get(key, []):
            yield SectionEdit(SectionId(table, item["slug"]), item | {key: kept})


def moved(content: Content, section: SectionId, by: int) -> list[SectionEdit]:
    """The item one place up (-1) or down (1) in its list; none at its end."""
    order = SectionId(section.table)
    slugs = [*(section_in(content, order) or {})[ORDER]]
    place = slugs.index(section.slug) if section.slug in slugs else -1
    other = place + by
    if place < 0 or not 0 <= other < len(slugs):
        return []
    slugs[place], slugs[other] = slugs[other], slugs[place]
    return [SectionEdit(order, {ORDER: slugs})]
