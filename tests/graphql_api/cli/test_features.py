"""Features on the command line: those installed, those that the clinic enables, and mistakes in them."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from tests.graphql_api.extensions.packages import HEAD, ROOT, WITH_A_TABLE, ClinicFolder, install

pytestmark = pytest.mark.processes

MORE = "from book_online.extend import Feature\nfeature = Feature(name='more', api=1)"
SETTINGS = '\n[tips]\nbest = "Drink enough."\n'


@pytest.fixture
def clinic_folder(tmp_path: Path) -> ClinicFolder:
    return ClinicFolder(tmp_path)


def test_an_installed_feature_that_is_not_enabled_changes_nothing(clinic_folder: ClinicFolder) -> None:
    install(clinic_folder.site, "tips", "raise RuntimeError('nobody may run this')")

    assert clinic_folder.run("schema", "--with-features").stdout == (ROOT / "schema.graphql").read_text(
        "utf-8"
    )
    assert clinic_folder.run("check", "clinic.toml").returncode == 0


def test_an_enabled_feature_is_in_the_schema_of_its_server_alone(clinic_folder: ClinicFolder) -> None:
    install(clinic_folder.site, "tips")
    clinic_folder.write_file("tips", settings=SETTINGS)

    assert "tipsBest: String" in clinic_folder.run("schema", "--with-features").stdout
    assert clinic_folder.run("schema").stdout == (ROOT / "schema.graphql").read_text("utf-8")


def test_features_lists_each_installed_feature_with_what_it_adds(clinic_folder: ClinicFolder) -> None:
    assert "No features are installed" in clinic_folder.run("features").stdout
    install(clinic_folder.site, "tips")
    install(clinic_folder.site, "more", MORE)
    clinic_folder.write_file("tips", settings=SETTINGS)

    assert clinic_folder.run("features").stdout.splitlines() == [
        "more\tbook-online-more 0.1.0\tinstalled",
        "tips\tbook-online-tips 0.1.0\tenabled",
        "  Service.tipsBest",
        "  setting tips.best (required)",
        "  setting tips.most",
    ]


def test_features_lists_a_broken_feature_with_its_mistake(clinic_folder: ClinicFolder) -> None:
    install(clinic_folder.site, "tips", "import nowhere")

    listed = clinic_folder.run("features")

    assert listed.returncode == 0
    assert listed.stdout.splitlines() == [
        "tips\tbook-online-tips 0.1.0\tinstalled",
        "  broken: it can't be imported: ModuleNotFoundError: No module named 'nowhere'",
    ]


@pytest.mark.parametrize(
    "command", [("check", "clinic.toml"), ("load",), ("serve",), ("schema", "--with-features")]
)
def test_each_command_reports_a_feature_that_can_not_be_imported(
    clinic_folder: ClinicFolder, command: tuple[str, ...]
) -> None:
    install(clinic_folder.site, "tips", "import nowhere")
    clinic_folder.write_file("tips")

    assert clinic_folder.error(*command) == (
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
        "it was made for version 2 of the feature API, and this is version 1: "
        "install a release of it that says `api=1`",
    ),
    "an unknown type": (
        HEAD + "feature = Feature(name='tips', api=1, fields={'Servise': TipsOfService})",
        "feature tips (book-online-tips 0.1.0): "
        "Servise.tipsBest: there is no object type Servise; did you mean Service?",
    ),
}


@pytest.mark.parametrize(("code", "told"), WRONG.values(), ids=WRONG)
def test_a_mistake_stops_the_server_with_one_sentence(
    clinic_folder: ClinicFolder, code: str, told: str
) -> None:
    install(clinic_folder.site, "tips", code)
    clinic_folder.write_file("tips")

    assert clinic_folder.error("serve") == told
    assert not (clinic_folder.folder / "book-online.sqlite3").exists(), "nothing was begun"


def test_a_feature_that_is_not_installed_is_named_with_its_place(clinic_folder: ClinicFolder) -> None:
    install(clinic_folder.site, "tips")
    clinic_folder.write_file("tipps", "tips", "tips", settings=SETTINGS)

    assert clinic_folder.error("check", "clinic.toml").splitlines() == [
        "2 mistakes in the clinic's file",
        "  features[1]: no feature 'tipps' is installed; did you mean 'tips'?",
        "  features[3]: 'tips' is named twice",
    ]


def test_mistakes_in_a_features_table_are_reported_with_all_others(clinic_folder: ClinicFolder) -> None:
    install(clinic_folder.site, "tips")
    clinic_folder.write_file("tips", settings="\n[tips]\nmost = 0\nbst = 'Rest.'\n[stray]\n")

    assert clinic_folder.error("check", "clinic.toml").splitlines() == [
        "4 mistakes in the clinic's file",
        "  tips.most: must be at least 1",
        "  tips.bst: unknown key; did you mean 'best'?",
        "  tips.best: is missing",
        "  stray: unknown key; no installed feature has this name",
    ]


def test_settings_stay_when_their_feature_is_taken_out_of_use(clinic_folder: ClinicFolder) -> None:
    install(clinic_folder.site, "tips")
    clinic_folder.write_file(settings=SETTINGS)

    assert "all is well" in clinic_folder.run("check", "clinic.toml").stdout


def test_a_feature_with_settings_that_is_not_installed_is_told_as_such(clinic_folder: ClinicFolder) -> None:
    clinic_folder.write_file("tips", settings=SETTINGS)

    assert clinic_folder.error("check", "clinic.toml").splitlines()[1:] == [
        "  features[1]: no feature 'tips' is installed; install its package, or take it out of `features`"
    ]


def test_the_table_of_a_feature_that_has_no_settings_or_is_gone_is_told_as_such(
    clinic_folder: ClinicFolder,
) -> None:
    install(clinic_folder.site, "more", MORE)
    clinic_folder.write_file("more", settings="\n[more]\nmost = 1\n[reviews]\nmost = 1\n")

    assert clinic_folder.error("check", "clinic.toml").splitlines()[1:] == [
        "  more: the feature 'more' has no settings",
        "  reviews: unknown key; did you mean 'services'? No installed feature has this name",
    ]


def test_two_packages_with_a_feature_of_one_name_are_both_named(clinic_folder: ClinicFolder) -> None:
    install(clinic_folder.site, "tips")
    install(clinic_folder.site, "tips", package="other_tips", version="2.0")
    clinic_folder.write_file("tips", settings=SETTINGS)

    told = clinic_folder.error("check", "clinic.toml")

    assert "book-online-tips 0.1.0" in told
    assert "other-tips 2.0" in told


def test_a_broken_feature_is_left_out_by_one_setting(clinic_folder: ClinicFolder) -> None:
    install(clinic_folder.site, "tips", "import nowhere")
    install(clinic_folder.site, "more", MORE)
    clinic_folder.write_file("tips", "more", settings=SETTINGS)

    without = {"BOOK_ONLINE_WITHOUT_FEATURES": "tips"}
    assert clinic_folder.run("check", "clinic.toml", **without).returncode == 0
    assert "tipsBest" not in clinic_folder.run("schema", "--with-features", **without).stdout
    assert clinic_folder.run("features", **without).stdout.splitlines() == [
        "more\tbook-online-more 0.1.0\tenabled",
        "tips\tbook-online-tips 0.1.0\tleft out",
    ]
    assert clinic_folder.error("check", "clinic.toml", BOOK_ONLINE_WITHOUT_FEATURES="tip") == (
        "feature tip (BOOK_ONLINE_WITHOUT_FEATURES): the clinic's file does not name it; did you mean 'tips'?"
    )


def test_a_table_is_migrated_by_the_same_command_from_its_first_column_to_its_last(
    clinic_folder: ClinicFolder,
) -> None:
    module = install(clinic_folder.site, "tips", WITH_A_TABLE.format(more=""))
    clinic_folder.write_file("tips")
    assert clinic_folder.error("load") == (
        "feature tips (book-online-tips 0.1.0): "
        "its tables need migrations: book-online new-migration tips 'first tables'"
    )

    assert "0001_first_tables.py" in clinic_folder.run("new-migration", "tips", "first tables").stdout
    assert clinic_folder.run("load").returncode == 0
    assert columns(clinic_folder) == ["id"]

    (module / "__init__.py").write_text(WITH_A_TABLE.format(more="text: Mapped[str | None]"))
    assert "0002_texts.py" in clinic_folder.run("new-migration", "tips", "texts").stdout
    assert "have not changed" in clinic_folder.run("new-migration", "tips", "nothing").stdout
    assert clinic_folder.run("load").returncode == 0
    assert columns(clinic_folder) == ["id", "text"]

    clinic_folder.write_file()  # Taken out: its tables stay, and ours go on.
    assert clinic_folder.run("load").returncode == 0
    assert columns(clinic_folder) == ["id", "text"]


def columns(clinic_folder: ClinicFolder) -> list[str]:
    engine = create_engine(f"sqlite:///{clinic_folder.folder / 'book-online.sqlite3'}")
    with engine.connect() as connection:
        found = [column["name"] for column in inspect(connection).get_columns("tips_given")]
    engine.dispose()
    return found


def test_a_table_that_no_migration_makes_stops_the_server(clinic_folder: ClinicFolder) -> None:
    module = install(clinic_folder.site, "tips", WITH_A_TABLE.format(more=""))
    (module / "migrations").mkdir()
    clinic_folder.write_file("tips")

    assert clinic_folder.error("load") == (
        "feature tips (book-online-tips 0.1.0): table tips_given: "
        "no migration makes it: book-online new-migration tips 'what is new'"
    )
