"""The form of a screen: what was typed, as edits of the catalogue, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from booking.catalogue.changes.record import RecordedChange
from booking.catalogue.changes.sections import SectionEdit, SectionId, offers, slug_in
from booking.catalogue.clinic_file.export.content import Content
from booking.catalogue.clinic_file.parser import Mistake
from desk.clinic.fields.field import Choices, Field
from desk.clinic.fields.rows import Rows, read_fields
from desk.clinic.screens import IMAGES, Screen, defaults_of, name_of, slug_for
from rendering.form import Form

OFFERED_BY = "offered_by"
"""The slugs of those who offer a service: the file names them the other way round."""
ON = "on"
"""Whether a section that switches something on is there."""


@dataclass(frozen=True)
class SectionForm:
    """`values` are the section's content as it was typed, and `offered_by` practitioners' slugs.

    An optional section that is not `is_on` is switched off.
    """

    screen: Screen
    values: Content
    offered_by: Sequence[str] = ()
    is_on: bool = True

    @classmethod
    def of_content(cls, screen: Screen, content: Content, values: Mapping[str, Any] | None) -> "SectionForm":
        """Of a section as it is; of one that is off, as it would be switched on."""
        offered_by = [each["slug"] for each in content["practitioners"] if offers(each, screen.slug)]
        shown = defaults_of(screen.table) if values is None else values
        return cls(screen, dict(shown), offered_by, values is not None)

    @classmethod
    def of_typed(
        cls, screen: Screen, form: Form, choices: Choices, stored: Mapping[str, Any] | None
    ) -> "SectionForm":
        """What the form has no field for stays as it is `stored`: images."""
        values = {key: (stored or {})[key] for key in IMAGES.values() if key in (stored or {})}
        values |= read_fields(screen.fields, form, choices)
        is_on = not screen.is_optional or bool(form.get(ON))
        return cls(screen, values, form.all(OFFERED_BY), is_on)

    def edits(self, content: Content) -> list[SectionEdit]:
        """What saving the form changes in the content of now."""
        screen = self.screen
        if not screen.is_item:
            return [SectionEdit(screen.section, self.values if self.is_on else None)]
        slug = screen.slug or self.new_slug(content)
        edits = [SectionEdit(SectionId(screen.table, slug), {"slug": slug, **self.values})]
        return edits + self._offers(slug, content) if screen.table == "services" else edits

    def new_slug(self, content: Content) -> str:
        """By the name, which each of the clinic's languages may have."""
        named = {"slug": "", **self.values}
        taken = [item["slug"] for item in content.get(self.screen.table, [])]
        return slug_for(name_of(named, content["clinic"]["languages"][0]), taken, self.screen.table)

    def _offers(self, slug: str, content: Content) -> list[SectionEdit]:
        edits = []
        for item in content["practitioners"]:
            services = item.get("services", [])
            is_offered = item["slug"] in self.offered_by
            if is_offered != offers(item, slug):
                others = [each for each in services if slug_in(each) != slug]
                services = [*others, slug] if is_offered else others
                section = SectionId("practitioners", item["slug"])
                edits.append(SectionEdit(section, item | {"services": services}))
        return edits

    def concerns(self, recorded: RecordedChange) -> bool:
        """Whether a change of somebody else is one of what the form shows."""
        change, screen = recorded.change, self.screen
        if screen.is_new:
            return False
        if screen.table == "services" and change.section.table == "practitioners":
            return offers(change.before, screen.slug) != offers(change.after, screen.slug)
        return change.section == screen.section


@dataclass(frozen=True)
class Mistakes:
    """`by_field` has those of fields, by their names in the form; `others` are about all of it, or others."""

    by_field: Mapping[str, Sequence[Mistake]]
    others: Sequence[Mistake]

    @classmethod
    def of(cls, mistakes: Sequence[Mistake], form: SectionForm, content: Content) -> "Mistakes":
        """`content` is what was checked."""
        prefix = _steps_of(form, content)
        by_field: dict[str, list[Mistake]] = defaultdict(list)
        others = []
        for mistake in mistakes:
            inside = mistake.keys[: len(prefix)] == prefix
            steps = mistake.keys[len(prefix) :]
            name = name_of_field(form.screen.fields, steps) if inside else ""
            if inside and steps[:1] == (form.screen.image_key,):
                name = str(steps[0])
            if name:
                by_field[name].append(mistake)
            else:
                others.append(mistake)
        return cls(by_field, others)

    @property
    def count(self) -> int:
        return sum(map(len, self.by_field.values())) + len(self.others)

    def __bool__(self) -> bool:
        return bool(self.by_field or self.others)


def _steps_of(form: SectionForm, content: Content) -> tuple[int | str, ...]:
    screen = form.screen
    if not screen.is_item:
        return (screen.table,)
    slugs = [item["slug"] for item in content[screen.table]]
    return (screen.table, slugs.index(screen.slug) if screen.slug in slugs else len(slugs) - 1)


def name_of_field(fields: Sequence[Field], steps: Sequence[int | str]) -> str:
    """The name of the innermost field at these steps of the content; "" if the form has none."""
    field = next((each for each in fields if steps and each.key == steps[0]), None)
    if field is None:
        return ""
    if isinstance(field, Rows) and len(steps) > 1 and isinstance(steps[1], int):
        row = f"{field.key}.{steps[1]}"
        inner = name_of_field(field.fields, steps[2:])
        return f"{row}.{inner}" if inner else row
    return field.key
