"""Whatever a file says comes back: loaded, written again and loaded, it changes nothing."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import booleans

from booking.catalogue.clinic_file.export.clinic_text import exported_text
from booking.catalogue.clinic_file.export.stored_rows import stored_rows
from booking.catalogue.clinic_file.mapping import ClinicRows, rows_of_clinic_file
from booking.catalogue.clinic_file.parser import parse_clinic_file
from booking.storage.database import Database
from tests.booking.catalogue.clinic_file.clinic_texts import as_toml
from tests.booking.catalogue.clinic_file.export.any_clinic import Content, clinics
from tests.support.clinics import load_clinic

# To make a failing clinic smaller takes longer than a test may.
FILES = settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def rows_of(database: Database) -> ClinicRows:
    async with database.read() as session:
        rows = await stored_rows(session)
    assert rows
    return rows


@FILES
@given(content=clinics())
async def test_a_file_that_is_loaded_and_written_again_changes_nothing(
    database: Database, content: Content
) -> None:
    await load_clinic(database, as_toml(content))

    written = exported_text(await rows_of(database))
    changes = await load_clinic(database, written)

    assert changes == []
    assert exported_text(await rows_of(database)) == written
    assert exported_text(await rows_of(database), written) == written


@FILES
@given(content=clinics(), other=clinics(), with_headers=booleans())
async def test_any_file_becomes_any_other_clinics_and_the_next_export_leaves_it(
    database: Database, content: Content, other: Content, with_headers: bool
) -> None:
    like = as_toml(content)
    if with_headers:
        like = exported_text(rows_of_clinic_file(parse_clinic_file(like)))
    await load_clinic(database, as_toml(other))

    written = exported_text(await rows_of(database), like)
    changes = await load_clinic(database, written)

    assert changes == []
    assert exported_text(await rows_of(database), written) == written
