"""The services that a practitioner offers, each with a time and a price of their own if they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from booking.catalogue.changes.sections import slug_in
from booking.catalogue.clinic_file.export.content import Content
from booking.i18n.texts import Texts
from desk.clinic.fields.field import Choices, Field
from desk.clinic.fields.rows import read_fields
from rendering.form import Form


@dataclass(frozen=True)
class Offers(Field):
    """Slugs of items, or tables of a slug and `fields` where one of these was typed."""

    table: str = ""
    fields: Sequence[Field] = ()
    template: ClassVar[str] = "offers"

    def read(self, form: Form, name: str, choices: Choices) -> Any:
        chosen = []
        for slug in form.all(name):
            own = read_fields(self.fields, form, choices, prefix=f"{name}.{slug}.")
            chosen.append({"slug": slug, **own} if own else slug)
        return chosen

    def shown(self, value: Any) -> Any:
        """What each offered item has of its own, by slug."""
        return {slug_in(each): {} if isinstance(each, str) else each for each in value or []}

    def described(self, value: Any, texts: Texts) -> str:
        return ", ".join(" ".join(self._words(slug, own, texts)) for slug, own in self.shown(value).items())

    def _words(self, slug: str, own: Content, texts: Texts) -> list[str]:
        described = (field.described(own.get(field.key), texts) for field in self.fields)
        return [slug, *filter(None, described)]
