"""`book-online export`: the clinic's file as the database has it."""

from pathlib import Path

import pytest

from tests.booking.catalogue.clinic_file.images import picture, png
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands
from tests.graphql_api.cli.test_cli import run
from tests.support.clinics import FILE, SAMPLE, edit_file, small_clinic

pytestmark = pytest.mark.processes


def write(folder: Path, text: str, name: str = "clinic.toml") -> Path:
    file = folder / name
    file.write_bytes(text.encode())
    return file


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A folder with the sample clinic's file, which was loaded."""
    write(tmp_path, SAMPLE)
    assert run("load", folder=tmp_path).returncode == 0
    return tmp_path


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
async def test_the_sample_that_was_loaded_is_left_byte_for_byte(
    database_url: str, tmp_path: Path, line_break: str
) -> None:
    commands = ClinicCommands.on(database_url, tmp_path / "clinic")
    file = write(commands.folder, FILE.read_text("utf-8").replace("\n", line_break))
    before = file.read_bytes()

    assert "Service 'dry-needling' was added." in await commands.lines("load")
    said = await commands.lines("export")

    assert said == ["clinic.toml says what the database says, and was left as it is."]
    assert file.read_bytes() == before


def test_comments_order_and_spelling_stay_where_nothing_changed(clinic: Path) -> None:
    changes = {
        'horizon = "60 days"            #': 'horizon = "90 days"            #',
        '{ en = "Dry needling, follow-up"': '{ en = "Dry needling again"',
        "to = 2027-01-01": "to = 2027-01-02",
    }
    other = write(clinic, edit_file(changes), "other.toml")
    assert run("load", "other.toml", folder=clinic).returncode == 0

    preview = run("export", "--dry-run", folder=clinic)
    done = run("export", folder=clinic)

    written = (clinic / "clinic.toml").read_text("utf-8")
    [revision] = [line for line in written.splitlines(keepends=True) if line.startswith("revision")]
    assert written.replace(revision, "") == other.read_text("utf-8")
    assert done.stdout == "Wrote clinic.toml.\n"
    assert '-horizon = "60 days"            # how far ahead can be booked' in preview.stdout.splitlines()
    assert '+horizon = "90 days"            # how far ahead can be booked' in preview.stdout.splitlines()


def test_a_new_file_is_loaded_as_the_same_and_written_as_the_same(clinic: Path) -> None:
    assert run("export", "new.toml", folder=clinic).stdout == "Wrote new.toml.\n"
    new = (clinic / "new.toml").read_bytes()

    check, load = run("check", "new.toml", folder=clinic), run("load", "new.toml", folder=clinic)
    printed = run("export", "-", folder=clinic)

    assert (check.returncode, load.returncode, load.stdout) == (0, 0, "")
    assert printed.stdout.encode() == new


def test_what_was_withdrawn_is_gone_from_the_file_and_the_comment_above_it_stays(clinic: Path) -> None:
    start, end = (SAMPLE.index(f'[[screening]]\nslug = "{slug}"') for slug in ("pregnancy", "bleeding"))
    other = (SAMPLE[:start] + SAMPLE[end:]).replace('screening = ["pregnancy", ', "screening = [")
    write(clinic, other, "other.toml")
    load = run("load", "other.toml", folder=clinic)
    assert "ScreeningQuestion 'pregnancy' was withdrawn." in load.stdout.splitlines()

    run("export", folder=clinic)

    written = (clinic / "clinic.toml").read_text("utf-8")
    assert "pregnancy" not in written.replace("during pregnancy", "")
    assert "# What is asked before a visit." in written
    assert run("load", folder=clinic).stdout == ""


def test_the_logo_is_written_beside_a_file_that_is_elsewhere(tmp_path: Path) -> None:
    write(tmp_path, small_clinic().replace("[[locations]]", '[mails]\nlogo = "our.png"\n[[locations]]', 1))
    (tmp_path / "our.png").write_bytes(png(240, 64))
    run("load", folder=tmp_path)
    assert run("export", folder=tmp_path).stdout.endswith("was left as it is.\n")
    (tmp_path / "elsewhere").mkdir()

    wrote = run("export", "elsewhere/clinic.toml", folder=tmp_path).stdout.splitlines()

    images = [*(tmp_path / "elsewhere").glob("*.png")]
    assert wrote == [f"Wrote elsewhere/{images[0].name}.", "Wrote elsewhere/clinic.toml."]
    assert images[0].read_bytes() == png(240, 64)
    assert run("load", "elsewhere/clinic.toml", folder=tmp_path).stdout == ""


def test_photos_are_written_beside_a_file_that_is_elsewhere(tmp_path: Path) -> None:
    write(tmp_path, small_clinic().replace("[[practitioners]]", '[[practitioners]]\nphoto = "one.jpg"', 1))
    (tmp_path / "one.jpg").write_bytes(picture(900, 700))
    run("load", folder=tmp_path)
    assert run("export", folder=tmp_path).stdout.endswith("was left as it is.\n")
    (tmp_path / "elsewhere").mkdir()

    wrote = run("export", "elsewhere/clinic.toml", folder=tmp_path).stdout.splitlines()

    [image] = (tmp_path / "elsewhere" / "photos").iterdir()
    assert wrote == [f"Wrote elsewhere/photos/{image.name}.", "Wrote elsewhere/clinic.toml."]
    assert image.read_bytes()[8:12] == b"WEBP"
    assert run("load", "elsewhere/clinic.toml", folder=tmp_path).stdout == ""
    assert run("export", "elsewhere/clinic.toml", folder=tmp_path).stdout.endswith("was left as it is.\n")


def test_edits_that_were_not_loaded_are_not_lost_in_silence(clinic: Path) -> None:
    run("export", "new.toml", folder=clinic)
    written = (clinic / "new.toml").read_text("utf-8")
    edited = write(clinic, edit_file({'"60 days"': '"61 days"'}, written), "new.toml").read_bytes()

    refused = run("export", "new.toml", folder=clinic)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(
        "book-online: new.toml was edited since it was written, and not loaded: "
    )
    assert (clinic / "new.toml").read_bytes() == edited
    assert run("export", "new.toml", "--force", folder=clinic).returncode == 0
    assert (clinic / "new.toml").read_text("utf-8") == written


def test_a_file_that_can_not_be_written_over_is_explained(tmp_path: Path) -> None:
    write(tmp_path, small_clinic())
    new = run("export", folder=tmp_path)
    assert new.returncode == 1
    assert "`book-online load` makes its tables" in new.stderr

    run("load", folder=tmp_path)
    write(tmp_path, small_clinic().replace('"Visit"', "7"))
    wrong = run("export", folder=tmp_path)

    assert wrong.returncode == 1
    assert "services[visit].name: a text is" in wrong.stderr
    assert "7" in (tmp_path / "clinic.toml").read_text("utf-8")
