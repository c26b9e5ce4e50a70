"""The text of consent in a clinic's file: checked, loaded, and never changed once it was loaded."""

import pytest
from sqlalchemy import select

from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file
from booking.storage.database import Database
from booking.storage.models.catalogue.clinic import Clinic, ConsentText
from tests.support.clinics import CONSENT, asking_for_consent, edit_file, open_clinic, small_clinic

FILE = asking_for_consent()
BEFORE, _, SECTION = FILE.partition("\n[consent]\n")
LINE = BEFORE.count("\n") + 2


async def version_and_texts(database: Database) -> tuple[str | None, dict[str, str]]:
    async with database.read() as session:
        clinic = (await session.scalars(select(Clinic))).one()
        return clinic.consent_version, {
            row.key: row.text for row in await session.scalars(select(ConsentText))
        }


@pytest.mark.parametrize(
    ("old", "new", "line", "mistake"),
    [
        ("version =", "edition =", 1, "consent.edition: unknown key"),
        ('version = "2026-11"\n', "", 0, "consent.version: is missing"),
        ('"2026-11"', "2026-11-01", 1, "consent.version: must be a text in quotes"),
        ('"2026-11"', '"November 2026"', 1, "consent.version: 'November 2026' is no version"),
        ('"2026-11"', f'"{"1" * 65}"', 1, "consent.version: must have 64 characters at most"),
        (", fr = ", ", de = ", 2, "consent.text: the text in 'fr' is missing"),
        ('{ en = "We', '{ en = "", es = "We', 2, "consent.text: a text must not be empty"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, line: int, mistake: str) -> None:
    section = edit_file({old: new}, SECTION)
    with pytest.raises(ClinicFileError) as caught:
        parse_clinic_file(f"{BEFORE}\n[consent]\n{section}")

    assert f"line {LINE + line}: {mistake}" in str(caught.value)


async def test_each_version_stays_in_the_database(database: Database) -> None:
    changes = await open_clinic(database, FILE)
    first = {f"2026-11/{language}": text for language, text in CONSENT.items()}
    assert "The text of consent '2026-11' in 'fr' was added." in changes
    assert await version_and_texts(database) == ("2026-11", first)
    assert await open_clinic(database, FILE) == []

    await open_clinic(database, asking_for_consent(version="2", consent={"en": "New.", "fr": "Neuf."}))
    assert await version_and_texts(database) == ("2", first | {"2/en": "New.", "2/fr": "Neuf."})

    await open_clinic(database)
    assert (await version_and_texts(database))[0] is None
    await open_clinic(database, FILE)
    assert (await version_and_texts(database))[0] == "2026-11"


async def test_another_text_under_the_same_version_is_refused_and_nothing_changes(database: Database) -> None:
    await open_clinic(database, FILE)
    before = await version_and_texts(database)
    edited = asking_for_consent(
        edit_file({"416.545.1881": "416.545.1882"}), consent=CONSENT | {"fr": "Autre."}
    )

    with pytest.raises(ClinicFileError, match=r"consent.text: version '2026-11' had another text in 'fr'"):
        await open_clinic(database, edited)
    assert await version_and_texts(database) == before
    assert await open_clinic(database, FILE) == []


async def test_a_version_may_get_a_language_and_keeps_one_that_goes(database: Database) -> None:
    english = asking_for_consent(small_clinic(), consent={"en": "A text."})
    both = edit_file(
        {'languages = ["en"]': 'languages = ["en", "fr"]'},
        asking_for_consent(small_clinic(), consent={"en": "A text.", "fr": "Un texte."}),
    )
    for file in (english, both, english):
        await open_clinic(database, file)

    texts = {"2026-11/en": "A text.", "2026-11/fr": "Un texte."}
    assert await version_and_texts(database) == ("2026-11", texts)
