"""Each key of the clinic's file can be typed, has a label in each language, and comes back as it was."""

import pytest

from booking.catalogue.changes.sections import MODELS
from booking.i18n.locales import locales
from desk.clinic.fields.field import OneOf
from desk.clinic.fields.offers import Offers
from desk.clinic.fields.rows import Rows
from desk.clinic.fields.times import Length
from desk.clinic.labels import label_of
from desk.clinic.screens import fields_of_table


@pytest.mark.parametrize("table", MODELS)
@pytest.mark.parametrize("language", locales())
def test_each_field_has_words(table: str, language: str) -> None:
    texts = locales()[language]
    fields = [(table, field) for field in fields_of_table(table)]
    fields += [(field.key, inner) for _, field in fields if isinstance(field, Rows) for inner in field.fields]

    fields += [
        ("offers", inner) for _, field in fields if isinstance(field, Offers) for inner in field.fields
    ]

    assert texts("desk.clinic.title." + table)
    for owner, field in fields:
        assert label_of(owner, field.key, texts)
        if isinstance(field, OneOf):
            assert all(texts(f"desk.clinic.value.{field.kind}.{value}") for value in field.values)
        if isinstance(field, Length):
            assert all(texts(f"desk.clinic.unit.{unit}") for unit in field.units)
        if isinstance(field, Rows):
            assert texts("desk.clinic.add." + field.key)
