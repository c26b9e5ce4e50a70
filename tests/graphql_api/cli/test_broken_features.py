"""Each mistake in a feature's package is one sentence from each command, and `features` lists the others."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from graphql_api.extensions.discovery import load_clinic_file as open_file
from graphql_api.extensions.feature import EnabledFeature, FeatureError
from graphql_api.settings import Settings
from graphql_api.startup import prepare_database
from tests.graphql_api.extensions.packages import HEAD, WITH_A_TABLE, ClinicFolder, install
from tests.support.clinics import NOW, file_with_features

pytestmark = pytest.mark.processes

PACKAGE = "feature tips (book-online-tips 0.1.0): "
COMMANDS = [("check", "clinic.toml"), ("load",), ("serve",), ("schema", "--with-features")]

AT_IMPORT = {
    "an exit": ("raise SystemExit(3)", "SystemExit: 3"),
    "an exit with a word": ("import sys\nsys.exit('bye')", "SystemExit: bye"),
    "an end of a task": ("import asyncio\nraise asyncio.CancelledError", "CancelledError"),
    "the base of all": ("raise BaseException('no')", "BaseException: no"),
    "several lines": (
        "raise RuntimeError('one\\n  two\\x1b[31m\\nthree')",
        "RuntimeError: one two [31m three",
    ),
    "no word that can be had": (
        "class Mute(Exception):\n    def __str__(self):\n        raise RuntimeError\nraise Mute",
        "Mute",
    ),
}


@pytest.fixture
def clinic_folder(tmp_path: Path) -> ClinicFolder:
    return ClinicFolder(tmp_path)


@pytest.mark.parametrize(("code", "told"), AT_IMPORT.values(), ids=AT_IMPORT)
def test_an_error_at_import_is_one_sentence(clinic_folder: ClinicFolder, code: str, told: str) -> None:
    install(clinic_folder.site, "tips", code)
    install(clinic_folder.site, "more", MORE)
    clinic_folder.write_file("tips", "more")

    assert clinic_folder.error("check", "clinic.toml") == f"{PACKAGE}it can't be imported: {told}"
    listed = clinic_folder.run("features")
    assert listed.stdout.splitlines() == [
        "more\tbook-online-more 0.1.0\tenabled",
        "tips\tbook-online-tips 0.1.0\tenabled",
        f"  broken: it can't be imported: {told}",
    ]
    assert (listed.returncode, listed.stderr) == (
        1,
        f"book-online: {PACKAGE}it can't be imported: {told}\n",
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_an_exit_at_import_ends_no_command_in_silence(
    clinic_folder: ClinicFolder, command: tuple[str, ...]
) -> None:
    install(clinic_folder.site, "tips", "raise SystemExit(3)")
    clinic_folder.write_file("tips")

    assert clinic_folder.error(*command) == f"{PACKAGE}it can't be imported: SystemExit: 3"


def test_members_are_checked_before_the_clinics_file_is_read(clinic_folder: ClinicFolder) -> None:
    install(clinic_folder.site, "tips", HEAD + "feature = Feature(name='tips', api=1, settings=dict)")
    clinic_folder.write_file("tips", settings="\n[tips]\n")

    assert clinic_folder.error("check", "clinic.toml") == (
        f"{PACKAGE}`settings`: it must be a class of FeatureSettings"
    )


def test_a_setting_missing_in_an_absent_table_is_named_with_the_table(clinic_folder: ClinicFolder) -> None:
    install(clinic_folder.site, "tips")
    clinic_folder.write_file("tips")

    assert clinic_folder.error("check", "clinic.toml").splitlines()[1:] == ["  tips.best: is missing"]


CHECKED = (
    HEAD
    + """
from pydantic import model_validator


class Settings(FeatureSettings):
    best: str = ""
    inner: dict[str, "Inner"] = {{}}

    @model_validator(mode="after")
    def look(self):
        raise {raised}


class Inner(FeatureSettings):
    name: str = ""


feature = Feature(name="tips", api=1, settings=Settings)
"""
)


def test_a_check_of_settings_that_fails_is_reported_with_all_other_mistakes(
    clinic_folder: ClinicFolder,
) -> None:
    install(clinic_folder.site, "tips", CHECKED.format(raised="RuntimeError('one\\ntwo')"))
    clinic_folder.write_file("tips", settings="\n[stray]\n")

    assert clinic_folder.error("check", "clinic.toml").splitlines() == [
        "2 mistakes in the clinic's file",
        "  stray: unknown key; no installed feature has this name",
        "  tips: could not be checked: RuntimeError: one two",
    ]


def test_a_refusal_by_a_check_of_settings_is_one_line(clinic_folder: ClinicFolder) -> None:
    install(clinic_folder.site, "tips", CHECKED.format(raised="ValueError('one\\ntwo')"))
    clinic_folder.write_file("tips")

    assert clinic_folder.error("check", "clinic.toml").splitlines()[1:] == ["  tips: one two"]


def test_an_unknown_key_in_a_nested_table_is_named_with_its_place(clinic_folder: ClinicFolder) -> None:
    install(clinic_folder.site, "tips", CHECKED.format(raised="ValueError"))
    clinic_folder.write_file("tips", settings="\n[tips.inner.this]\nnme = 'x'\n")

    assert clinic_folder.error("check", "clinic.toml").splitlines()[1:] == [
        "  tips.inner.this.nme: unknown key; did you mean 'name'?"
    ]


MORE = "from book_online.extend import Feature\nfeature = Feature(name='more', api=1)"
REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "{number}"
down_revision = {before}


def upgrade():
    {work}
"""
MAKE = 'op.create_table("tips_given", sa.Column("id", sa.Integer(), primary_key=True))'
FIRST = REVISION.format(number="0001", before=None, work=MAKE)


def second(*, number: str = "0002", before: str = "'0001'", work: str = "pass") -> str:
    return REVISION.format(number=number, before=before, work=work)


RUN = "its migrations can't be run: "
BROKEN = {
    "one that raises": (
        {"0002_more.py": second(work="raise RuntimeError('one\\ntwo')")},
        RUN + "0002_more.py: RuntimeError: one two",
    ),
    "one that exits": (
        {"0002_more.py": second(work="raise SystemExit(3)")},
        RUN + "0002_more.py: SystemExit: 3",
    ),
    "one that is no Python": (
        {"0002_more.py": "def upgrade(:"},
        RUN + "0002_more.py: SyntaxError: invalid syntax (0002_more.py, line 1)",
    ),
    "one that follows nothing": (
        {"0002_more.py": second(before="'0007'")},
        RUN + "Revision 0007 referenced from 0007 -> 0002 (head), is not present",
    ),
    "two that are the last": (
        {"0002_more.py": second(), "0003_more.py": second(number="0003")},
        RUN + "0002 and 0003 are both its last: one follows the other",
    ),
}


def with_migrations(clinic_folder: ClinicFolder, files: dict[str, str], *, more: str = "") -> Path:
    folder = install(clinic_folder.site, "tips", WITH_A_TABLE.format(more=more)) / "migrations"
    folder.mkdir()
    for name, code in ({"0001_first.py": FIRST} | files).items():
        (folder / name).write_text(code)
    clinic_folder.write_file("tips")
    return folder


@pytest.mark.parametrize(("files", "told"), BROKEN.values(), ids=BROKEN)
def test_broken_migrations_are_reported_in_one_sentence(
    clinic_folder: ClinicFolder, files: dict[str, str], told: str
) -> None:
    with_migrations(clinic_folder, files)

    assert clinic_folder.error("load") == PACKAGE + told
    assert "tips_given" not in tables(clinic_folder), "nothing of them is kept"


def test_broken_migrations_stop_the_server_and_the_next_one(clinic_folder: ClinicFolder) -> None:
    files, told = BROKEN["one that exits"]
    with_migrations(clinic_folder, files)

    assert clinic_folder.error("serve") == PACKAGE + told
    assert clinic_folder.error("new-migration", "tips", "more") == PACKAGE + told


def test_a_database_that_is_newer_than_the_package_is_reported(clinic_folder: ClinicFolder) -> None:
    folder = with_migrations(clinic_folder, {"0002_more.py": second()})
    assert clinic_folder.run("load").returncode == 0
    (folder / "0002_more.py").unlink()

    told = f"{RUN}the database has its revision 0002, the package has not: is it an older one?"
    assert clinic_folder.error("load") == PACKAGE + told


def test_a_server_without_a_feature_that_others_have_is_told(clinic_folder: ClinicFolder) -> None:
    with_migrations(clinic_folder, {})
    assert clinic_folder.run("load").returncode == 0
    clinic_folder.write_file()

    found = {each["subject"]: each for each in json.loads(clinic_folder.run("doctor", "--json").stdout)}

    assert found["features"]["level"] == "note"
    said = found["features"]["sentence"]
    assert said.startswith("feature tips has been at work on this database, and is not enabled here: ")


def test_a_column_that_no_migration_makes_is_found_at_start(clinic_folder: ClinicFolder) -> None:
    with_migrations(clinic_folder, {}, more="text: Mapped[str | None]")

    assert clinic_folder.error("load") == (
        f"{PACKAGE}column tips_given.text: "
        "no migration makes it: book-online new-migration tips 'what is new'"
    )


def test_the_log_has_the_cause(clinic_folder: ClinicFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    with_migrations(clinic_folder, BROKEN["one that raises"][0])
    monkeypatch.syspath_prepend(clinic_folder.site)
    clinic = open_file(file_with_features("tips"))
    one: EnabledFeature = clinic.enabled[0]

    with pytest.raises(FeatureError) as refused:
        prepare_database(
            Settings(f"sqlite:///{clinic_folder.folder / 'x.sqlite3'}"), clinic.file, [one], now=NOW
        )

    assert isinstance(refused.value.__cause__, RuntimeError)


def tables(clinic_folder: ClinicFolder) -> list[str]:
    engine = create_engine(f"sqlite:///{clinic_folder.folder / 'book-online.sqlite3'}")
    with engine.connect() as connection:
        found = list(connection.scalars(text("SELECT name FROM sqlite_master")))
    engine.dispose()
    return found
