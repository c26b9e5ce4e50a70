"""Every text of the file's model is checked for its languages, and stored, without a list of them."""

import tomllib
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from booking.catalogue.clinic_file.fields import Text, TranslatedText
from booking.catalogue.clinic_file.mapping import MissingColumn, rows_of_clinic_file
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.model.services import ServiceSection
from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.storage.database import Database
from tests.booking.catalogue.clinic_file.clinic_texts import as_toml, mistakes
from tests.booking.catalogue.clinic_file.test_sync import rows
from tests.support.clinics import SAMPLE, open_clinic

CONSENT = {"text": {"en": "A text to agree to", "fr": "Un texte de consentement"}}
ROOM = {"slug": "room", "kind": "room", "name": {"en": "A room", "fr": "Une salle"}}
TEXT = {"en": "A text of this test", "fr": "Un texte de ce test"}


def types_within(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
    for argument in get_args(annotation):
        yield from types_within(argument)


def text_paths(section: type[BaseModel] = ClinicFile) -> Iterator[tuple[str, ...]]:
    """The keys that lead to each translated text of the model; lists on the way are left out."""
    for name, field in section.model_fields.items():
        for kind in types_within(field.annotation):
            if issubclass(kind, TranslatedText):
                yield (field.alias or name,)
            elif issubclass(kind, BaseModel):
                yield from ((field.alias or name, *path) for path in text_paths(kind))


def sample_with(path: tuple[str, ...], text: dict[str, str]) -> str:
    """The sample with this text at the path, of lists in the first item that leads there."""
    *sections, key = path
    content = section = tomllib.loads(SAMPLE) | {"consent": {"version": "1"} | CONSENT, "mails": {}}
    content["resources"] = [dict(ROOM)]
    for step, following in zip(sections, path[1:]):
        section = section[step]
        if isinstance(section, list):
            section = next((item for item in section if following in item), section[0])
    section[key] = text
    if key == "joining":
        section["mode"] = "video"
    return as_toml(content)


def values_within(value: Any) -> Iterator[Any]:
    """The value and all that stands in it."""
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from values_within(inner)


PATHS = list(text_paths())


def test_the_texts_of_every_depth_are_known() -> None:
    assert {("clinic", "name"), ("services", "preparation"), ("services", "faq", "answer")} < set(PATHS)


@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_a_text_that_lacks_a_language_is_a_mistake(path: tuple[str, ...]) -> None:
    (mistake,) = mistakes(sample_with(path, {"en": TEXT["en"]}))

    assert mistake.endswith(f".{path[-1]}: the text in 'fr' is missing")


@pytest.mark.parametrize("path", PATHS, ids=".".join)
async def test_a_text_reaches_the_column_of_its_name(database: Database, path: tuple[str, ...]) -> None:
    await open_clinic(database, sample_with(path, TEXT))

    together = {"services.faq": "faq", "mails": "mail_texts"}
    column = together.get(".".join(path[:-1]), path[-1])
    stored = [row[column] for table in (await rows(database)).values() for row in table if column in row]
    # Together, or a row for each language.
    assert TEXT in values_within(stored) or {*TEXT.values()} <= {*map(str, stored)}


def test_a_text_whose_column_was_forgotten_is_an_error() -> None:
    class ServiceWithAftercare(ServiceSection):
        aftercare: Text | None = None

    file = parse_clinic_file(SAMPLE)
    services = [ServiceWithAftercare.model_construct(**vars(service)) for service in file.services]

    with pytest.raises(MissingColumn, match="Service has no column for aftercare"):
        rows_of_clinic_file(file.model_copy(update={"services": services}))
