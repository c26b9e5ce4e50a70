"""Whatever a feature's package does wrong, each command tells it in one sentence, and lists the others."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from graphql_api.extensions.discovery import load_clinic_file as open_file
from graphql_api.extensions.feature import EnabledFeature, FeatureError
from graphql_api.startup import prepare_database
from tests.graphql_api.extensions.packages import HEAD, WITH_A_TABLE, Office, install
from tests.support.clinics import NOW, file_with_features

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
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.mark.parametrize(("code", "told"), AT_IMPORT.values(), ids=AT_IMPORT)
def test_whatever_an_import_raises_is_one_sentence(office: Office, code: str, told: str) -> None:
    install(office.site, "tips", code)
    install(office.site, "more", MORE)
    office.clinic("tips", "more")

    assert office.refused("check", "clinic.toml") == f"{PACKAGE}it can't be imported: {told}"
    listed = office.run("features")
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
def test_an_exit_at_import_ends_no_command_in_silence(office: Office, command: tuple[str, ...]) -> None:
    install(office.site, "tips", "raise SystemExit(3)")
    office.clinic("tips")

    assert office.refused(*command) == f"{PACKAGE}it can't be imported: SystemExit: 3"


def test_members_are_looked_at_before_the_clinics_file_is_read_by_them(office: Office) -> None:
    install(office.site, "tips", HEAD + "feature = Feature(name='tips', api=1, settings=dict)")
    office.clinic("tips", settings="\n[tips]\n")

    assert office.refused("check", "clinic.toml") == (
        f"{PACKAGE}`settings`: it must be a class of FeatureSettings"
    )


def test_what_is_missing_in_a_table_that_is_not_there_is_told_with_the_table(office: Office) -> None:
    install(office.site, "tips")
    office.clinic("tips")

    assert office.refused("check", "clinic.toml").splitlines()[1:] == ["  tips.best: is missing"]


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


def test_a_check_of_settings_that_fails_is_told_with_all_other_mistakes(office: Office) -> None:
    install(office.site, "tips", CHECKED.format(raised="RuntimeError('one\\ntwo')"))
    office.clinic("tips", settings="\n[stray]\n")

    assert office.refused("check", "clinic.toml").splitlines() == [
        "2 mistakes in the clinic's file",
        "  stray: unknown key; if it is a feature, name it in `features`",
        "  tips: could not be checked: RuntimeError: one two",
    ]


def test_a_check_of_settings_that_says_no_is_one_line(office: Office) -> None:
    install(office.site, "tips", CHECKED.format(raised="ValueError('one\\ntwo')"))
    office.clinic("tips")

    assert office.refused("check", "clinic.toml").splitlines()[1:] == ["  tips: one two"]


def test_an_unknown_key_in_what_somebody_named_is_told_with_its_place(office: Office) -> None:
    install(office.site, "tips", CHECKED.format(raised="ValueError"))
    office.clinic("tips", settings="\n[tips.inner.this]\nnme = 'x'\n")

    assert office.refused("check", "clinic.toml").splitlines()[1:] == [
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


def with_migrations(office: Office, files: dict[str, str], *, more: str = "") -> Path:
    folder = install(office.site, "tips", WITH_A_TABLE.format(more=more)) / "migrations"
    folder.mkdir()
    for name, code in ({"0001_first.py": FIRST} | files).items():
        (folder / name).write_text(code)
    office.clinic("tips")
    return folder


@pytest.mark.parametrize(("files", "told"), BROKEN.values(), ids=BROKEN)
def test_broken_migrations_are_told_in_one_sentence(office: Office, files: dict[str, str], told: str) -> None:
    with_migrations(office, files)

    assert office.refused("load") == PACKAGE + told
    assert "tips_given" not in tables(office), "nothing of them is kept"


def test_broken_migrations_stop_the_server_and_the_next_one(office: Office) -> None:
    files, told = BROKEN["one that exits"]
    with_migrations(office, files)

    assert office.refused("serve") == PACKAGE + told
    assert office.refused("new-migration", "tips", "more") == PACKAGE + told


def test_a_database_that_is_newer_than_the_package_is_told(office: Office) -> None:
    folder = with_migrations(office, {"0002_more.py": second()})
    assert office.run("load").returncode == 0
    (folder / "0002_more.py").unlink()

    told = f"{RUN}the database has its revision 0002, the package has not: is it an older one?"
    assert office.refused("load") == PACKAGE + told


def test_a_column_that_no_migration_makes_is_found_at_start(office: Office) -> None:
    with_migrations(office, {}, more="text: Mapped[str | None]")

    assert office.refused("load") == (
        f"{PACKAGE}column tips_given.text: "
        "no migration makes it: book-online new-migration tips 'what is new'"
    )


def test_the_log_has_the_cause(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with_migrations(office, BROKEN["one that raises"][0])
    monkeypatch.syspath_prepend(office.site)
    clinic = open_file(file_with_features("tips"))
    one: EnabledFeature = clinic.enabled[0]

    with pytest.raises(FeatureError) as refused:
        prepare_database(f"sqlite:///{office.folder / 'x.sqlite3'}", clinic.file, [one], now=NOW)

    assert isinstance(refused.value.__cause__, RuntimeError)


def tables(office: Office) -> list[str]:
    engine = create_engine(f"sqlite:///{office.folder / 'book-online.sqlite3'}")
    with engine.connect() as connection:
        found = list(connection.scalars(text("SELECT name FROM sqlite_master")))
    engine.dispose()
    return found
