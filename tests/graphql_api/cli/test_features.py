"""Features on the command line: what is installed, what the clinic enables, and what is wrong."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from tests.graphql_api.extensions.packages import HEAD, ROOT, WITH_A_TABLE, Office, install

MORE = "from book_online.extend import Feature\nfeature = Feature(name='more', api=1)"
SETTINGS = '\n[tips]\nbest = "Drink enough."\n'


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_installing_alone_changes_nothing_public(office: Office) -> None:
    install(office.site, "tips", "raise RuntimeError('nobody may run this')")

    assert office.run("schema", "--with-features").stdout == (ROOT / "schema.graphql").read_text("utf-8")
    assert office.run("check", "clinic.toml").returncode == 0


def test_an_enabled_feature_is_in_the_schema_of_its_server_alone(office: Office) -> None:
    install(office.site, "tips")
    office.clinic("tips", settings=SETTINGS)

    assert "tipsBest: String" in office.run("schema", "--with-features").stdout
    assert office.run("schema").stdout == (ROOT / "schema.graphql").read_text("utf-8")


def test_features_lists_what_is_installed_and_enabled_and_what_each_adds(office: Office) -> None:
    assert "No features are installed" in office.run("features").stdout
    install(office.site, "tips")
    install(
        office.site, "more", "from book_online.extend import Feature\nfeature = Feature(name='more', api=1)"
    )
    office.clinic("tips", settings=SETTINGS)

    assert office.run("features").stdout.splitlines() == [
        "more\tbook-online-more 0.1.0\tinstalled",
        "tips\tbook-online-tips 0.1.0\tenabled",
        "  Service.tipsBest",
        "  setting tips.best (required)",
        "  setting tips.most",
    ]


def test_features_lists_the_broken_with_what_is_wrong(office: Office) -> None:
    install(office.site, "tips", "import nowhere")

    listed = office.run("features")

    assert listed.returncode == 0
    assert listed.stdout.splitlines() == [
        "tips\tbook-online-tips 0.1.0\tinstalled",
        "  broken: it can't be imported: ModuleNotFoundError: No module named 'nowhere'",
    ]


@pytest.mark.parametrize(
    "command", [("check", "clinic.toml"), ("load",), ("serve",), ("schema", "--with-features")]
)
def test_a_feature_that_can_not_be_imported_is_told_by_each_command(
    office: Office, command: tuple[str, ...]
) -> None:
    install(office.site, "tips", "import nowhere")
    office.clinic("tips")

    assert office.refused(*command) == (
        "feature tips (book-online-tips 0.1.0): "
        "it can't be imported: ModuleNotFoundError: No module named 'nowhere'"
    )


WRONG = {
    "what is no feature": (
        "feature = 7",
        "feature tips (book-online-tips 0.1.0): book_online_tips:feature: this is no Feature",
    ),
    "another name": (
        "from book_online.extend import Feature\nfeature = Feature(name='hints', api=1)",
        "feature tips (book-online-tips 0.1.0): book_online_tips:feature: "
        "its entry point is named 'tips', and the feature 'hints'",
    ),
    "another version of the door": (
        "from book_online.extend import Feature\nfeature = Feature(name='tips', api=2)",
        "feature tips (book-online-tips 0.1.0): "
        "it was made for version 2 of the feature API, and this is version 1",
    ),
    "an unknown type": (
        HEAD + "feature = Feature(name='tips', api=1, fields={'Servise': TipsOfService})",
        "feature tips (book-online-tips 0.1.0): "
        "Servise.tipsBest: there is no object type Servise; did you mean Service?",
    ),
}


@pytest.mark.parametrize(("code", "told"), WRONG.values(), ids=WRONG)
def test_a_mistake_stops_the_server_with_one_sentence(office: Office, code: str, told: str) -> None:
    install(office.site, "tips", code)
    office.clinic("tips")

    assert office.refused("serve") == told
    assert not (office.folder / "book-online.sqlite3").exists(), "nothing was begun"


def test_a_feature_that_nobody_installed_is_told_with_its_place(office: Office) -> None:
    install(office.site, "tips")
    office.clinic("tipps", "tips", "tips", settings=SETTINGS)

    assert office.refused("check", "clinic.toml").splitlines() == [
        "2 mistakes in the clinic's file",
        "  features[1]: no feature 'tipps' is installed; did you mean 'tips'?",
        "  features[3]: 'tips' is named twice",
    ]


def test_mistakes_in_a_features_table_are_told_with_all_others(office: Office) -> None:
    install(office.site, "tips")
    office.clinic("tips", settings="\n[tips]\nmost = 0\nbst = 'Rest.'\n[stray]\n")

    assert office.refused("check", "clinic.toml").splitlines() == [
        "4 mistakes in the clinic's file",
        "  tips.most: must be at least 1",
        "  tips.bst: unknown key; did you mean 'best'?",
        "  tips.best: is missing",
        "  stray: unknown key; if it is a feature, name it in `features`",
    ]


def test_a_table_of_a_feature_that_is_not_enabled_is_no_silent_nothing(office: Office) -> None:
    install(office.site, "tips")
    office.clinic(settings=SETTINGS)

    assert office.refused("check", "clinic.toml").splitlines()[1:] == [
        "  tips: unknown key; if it is a feature, name it in `features`"
    ]


def test_two_packages_with_a_feature_of_one_name_are_both_named(office: Office) -> None:
    install(office.site, "tips")
    install(office.site, "tips", package="other_tips", version="2.0")
    office.clinic("tips", settings=SETTINGS)

    told = office.refused("check", "clinic.toml")

    assert "book-online-tips 0.1.0" in told
    assert "other-tips 2.0" in told


def test_a_broken_feature_is_left_out_by_one_setting(office: Office) -> None:
    install(office.site, "tips", "import nowhere")
    install(
        office.site, "more", "from book_online.extend import Feature\nfeature = Feature(name='more', api=1)"
    )
    office.clinic("tips", "more", settings=SETTINGS)

    without = {"BOOK_ONLINE_WITHOUT_FEATURES": "tips"}
    assert office.run("check", "clinic.toml", **without).returncode == 0
    assert "tipsBest" not in office.run("schema", "--with-features", **without).stdout
    assert office.run("features", **without).stdout.splitlines() == [
        "more\tbook-online-more 0.1.0\tenabled",
        "tips\tbook-online-tips 0.1.0\tleft out",
    ]
    assert office.refused("check", "clinic.toml", BOOK_ONLINE_WITHOUT_FEATURES="tip") == (
        "feature tip (BOOK_ONLINE_WITHOUT_FEATURES): the clinic's file does not name it; did you mean 'tips'?"
    )


def test_a_table_is_migrated_by_the_same_command_from_its_first_column_to_its_last(office: Office) -> None:
    module = install(office.site, "tips", WITH_A_TABLE.format(more=""))
    office.clinic("tips")
    assert office.refused("load") == (
        "feature tips (book-online-tips 0.1.0): "
        "its tables need migrations: book-online new-migration tips 'first tables'"
    )

    assert "0001_first_tables.py" in office.run("new-migration", "tips", "first tables").stdout
    assert office.run("load").returncode == 0
    assert columns(office) == ["id"]

    (module / "__init__.py").write_text(WITH_A_TABLE.format(more="text: Mapped[str | None]"))
    assert "0002_texts.py" in office.run("new-migration", "tips", "texts").stdout
    assert "have not changed" in office.run("new-migration", "tips", "nothing").stdout
    assert office.run("load").returncode == 0
    assert columns(office) == ["id", "text"]

    office.clinic()  # Taken out: its tables stay, and ours go on.
    assert office.run("load").returncode == 0
    assert columns(office) == ["id", "text"]


def columns(office: Office) -> list[str]:
    engine = create_engine(f"sqlite:///{office.folder / 'book-online.sqlite3'}")
    with engine.connect() as connection:
        found = [column["name"] for column in inspect(connection).get_columns("tips_given")]
    engine.dispose()
    return found


def test_a_table_that_no_migration_makes_stops_the_server(office: Office) -> None:
    module = install(office.site, "tips", WITH_A_TABLE.format(more=""))
    (module / "migrations").mkdir()
    office.clinic("tips")

    assert office.refused("load") == (
        "feature tips (book-online-tips 0.1.0): table tips_given: "
        "no migration makes it: book-online new-migration tips 'what is new'"
    )
