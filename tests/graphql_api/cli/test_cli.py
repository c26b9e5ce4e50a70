"""The command line, as the clinic's office and a developer use it."""

import subprocess
from pathlib import Path

import pytest
import tzdata

from graphql_api.settings import InvalidSetting, Settings, settings_from
from tests.graphql_api.cli.command_line import run_command
from tests.support.clinics import SAMPLE, edit_file, small_clinic

pytestmark = pytest.mark.processes


def run(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run_command(*arguments, folder=folder, environment=environment)


def test_check_accepts_the_sample(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")

    done = run_command("check", "clinic.toml", folder=tmp_path, environment={}, starts_anew=True)

    text = f"clinic.toml: all is well (time zones: release {tzdata.IANA_VERSION})\n"
    assert (done.returncode, done.stdout) == (0, text)


def test_check_explains_every_mistake_and_fails(tmp_path: Path) -> None:
    wrong = edit_file({'"America/Toronto"': '"Nowhere"', 'duration = "45 min"': 'duration = "44 min"'})
    line = wrong[: wrong.index('"44 min"')].count("\n") + 1
    (tmp_path / "clinic.toml").write_text(wrong, "utf-8")

    done = run("check", "clinic.toml", folder=tmp_path)

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "book-online: 2 mistakes in the clinic's file",
        "  line 17: clinic.time_zone: 'Nowhere' is no time zone; time zones look like \"America/Toronto\"",
        f"  line {line}: services[dry-needling].duration: must be a multiple of 5 minutes",
    ]


def test_a_file_that_is_missing_or_not_utf_8_is_reported_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "picture.toml").write_bytes(b"\xff\xd8\xff")

    picture = run("check", "picture.toml", folder=tmp_path)
    nothing = run("check", "nothing.toml", folder=tmp_path)

    assert (picture.returncode, nothing.returncode) == (1, 1)
    assert picture.stderr == "book-online: picture.toml is not UTF-8 text\n"
    assert "nothing.toml" in nothing.stderr
    assert "Traceback" not in picture.stderr + nothing.stderr


def test_load_lists_changes_and_the_second_time_none(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")

    first, second = run("load", folder=tmp_path), run("load", folder=tmp_path)

    assert "Service 'dry-needling' was added." in first.stdout.splitlines()
    assert (second.returncode, second.stdout) == (0, "")


def test_a_broken_file_does_not_touch_the_database(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text("[clinic]", "utf-8")

    done = run("load", folder=tmp_path)

    assert done.returncode == 1
    assert not (tmp_path / "book-online.sqlite3").exists()


def test_schema_prints_and_compares(tmp_path: Path) -> None:
    printed = run("schema", folder=tmp_path)
    (tmp_path / "same.graphql").write_text(printed.stdout, "utf-8")
    (tmp_path / "other.graphql").write_text("type Query", "utf-8")

    assert "type Query {" in printed.stdout
    assert run("schema", "--check", "same.graphql", folder=tmp_path).returncode == 0
    other = run("schema", "--check", "other.graphql", folder=tmp_path)
    assert other.returncode == 1
    assert "make schema" in other.stderr
    assert other.stdout.splitlines()[:2] == ["--- other.graphql", "+++ now"]
    assert "-type Query" in other.stdout.splitlines()
    assert "+type Query {" in other.stdout.splitlines()


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    mode = run("load", folder=tmp_path, BOOK_ONLINE_MODE="prod")
    assert mode.stderr == "book-online: BOOK_ONLINE_MODE is 'prod'; it must be development or production\n"
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    database = run("load", folder=tmp_path, DATABASE_URL="mysql://host/name")
    assert database.stderr == (
        "book-online: DATABASE_URL starts with 'mysql'; it must look like sqlite:///clinic.sqlite3 or "
        "postgresql://user:password@host/name\n"
    )


def test_settings_come_from_the_environment_and_empty_means_not_given() -> None:
    assert settings_from({"BOOK_ONLINE_MODE": "", "DATABASE_URL": ""}) == Settings()
    given = settings_from({"BOOK_ONLINE_MODE": "production", "BOOK_ONLINE_CLINIC_FILE": "/etc/clinic.toml"})
    assert given == Settings(mode="production", clinic_file=Path("/etc/clinic.toml"))
    with pytest.raises(InvalidSetting):
        settings_from({"BOOK_ONLINE_MODE": "test"})


def test_all_invalid_settings_are_named_at_once() -> None:
    wrong = {
        "BOOK_ONLINE_MODE": "prod",
        "BOOK_ONLINE_HOLDS_PER_CLIENT": "0",
        "BOOK_ONLINE_PROOF_OF_WORK": "short",
        "BOOK_ONLINE_SITE_KEYS_ONLY": "yes",
    }
    with pytest.raises(InvalidSetting) as refused:
        settings_from(wrong)

    assert str(refused.value).splitlines() == [
        "BOOK_ONLINE_MODE is 'prod'; it must be development or production",
        "  BOOK_ONLINE_HOLDS_PER_CLIENT is '0'; it must be a whole number above 0",
        "  BOOK_ONLINE_PROOF_OF_WORK is too short for a secret; it needs 32 characters",
        "  BOOK_ONLINE_SITE_KEYS_ONLY is 'yes'; it must be 1 or 0",
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("BOOK_ONLINE_MIAL_URL", "BOOK_ONLINE_MAIL_URL"),
        ("BOOK_ONLINE_HOLD_PER_CLIENT", "BOOK_ONLINE_HOLDS_PER_CLIENT"),
        ("BOOK_ONLINE_TRUSTED_PROXY", "BOOK_ONLINE_TRUSTED_PROXIES"),
        ("book_online_site", "BOOK_ONLINE_SITE"),
        ("BOOK_ONLINE_DATABASE_URL", "DATABASE_URL"),
    ],
)
def test_a_misspelt_setting_is_refused_with_the_one_that_is_meant(name: str, meant: str) -> None:
    with pytest.raises(InvalidSetting) as refused:
        settings_from({name: "smtp://user:secret-word@host"})

    assert str(refused.value) == f"{name} is no setting; did you mean {meant}?"


@pytest.mark.parametrize(
    "proxies", ["hello", "127.0.0.1,proxy", "10.0.0.1/8", "10.0.0.0/33", ",", "*,1.2.3.4"]
)
def test_trusted_proxies_are_addresses_and_networks(proxies: str) -> None:
    with pytest.raises(InvalidSetting, match=r"BOOK_ONLINE_TRUSTED_PROXIES is .*; it must be addresses"):
        settings_from({"BOOK_ONLINE_TRUSTED_PROXIES": proxies})


@pytest.mark.parametrize("proxies", ["127.0.0.1,::1", "10.0.0.0/8, 192.168.1.7", "fd00::/8", "*"])
def test_proxies_that_uvicorn_understands_are_taken(proxies: str) -> None:
    assert settings_from({"BOOK_ONLINE_TRUSTED_PROXIES": proxies}).trusted_proxies == proxies


def test_only_variables_are_settings_and_no_password_is_shown() -> None:
    assert settings_from({"mode": "production", "HOME": "/root"}) == Settings()
    assert "secret-word" not in repr(
        settings_from({"DATABASE_URL": "postgresql://user:secret-word@host/name"})
    )


OPENID = {
    "BOOK_ONLINE_OIDC_ISSUER": "https://login.example/realms/clinic",
    "BOOK_ONLINE_OIDC_CLIENT_ID": "book-online",
    "BOOK_ONLINE_OIDC_CLIENT_SECRET": "secret-word",
}


@pytest.mark.parametrize("missing", [*OPENID, "all"])
def test_the_settings_of_an_openid_provider_need_each_other(missing: str) -> None:
    given = {name: OPENID[name] for name in OPENID if missing not in (name, "all")}
    with pytest.raises(InvalidSetting) as refused:
        settings_from(given | {"BOOK_ONLINE_OIDC_NAME": "Sample Provider"})

    assert str(refused.value) == f"{', '.join([*OPENID][:2])} and {[*OPENID][2]} need each other"


@pytest.mark.parametrize(
    ("issuer", "mode", "is_right"),
    [
        ("https://login.example", "production", True),
        ("https://login.example/", "production", True),
        ("http://localhost:8080", "development", True),
        ("http://localhost:8080", "production", False),
        ("http://login.example", "development", False),
        ("https://login.example?tenant=1", "production", False),
        ("https://login.example#clinic", "production", False),
        ("https://user@login.example", "production", False),
        ("https://login.example:port", "production", False),
        ("https://[login", "production", False),
        ("https://", "production", False),
        ("login.example", "production", False),
        (f"https://login.example/{'a' * 240}", "production", False),
    ],
)
def test_an_openid_provider_is_reached_by_https(issuer: str, mode: str, is_right: bool) -> None:
    given = OPENID | {"BOOK_ONLINE_OIDC_ISSUER": issuer, "BOOK_ONLINE_MODE": mode}
    if not is_right:
        with pytest.raises(InvalidSetting, match=r"must look like https://login\.example\.com"):
            settings_from(given)
        return
    registration = settings_from(given).openid_registration
    assert registration is not None
    assert (registration.issuer, "secret-word" in repr(registration)) == (issuer, False)
    assert "secret-word" not in repr(settings_from(given))


def test_a_dry_run_says_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    new = run("load", "--dry-run", folder=tmp_path)
    assert new.returncode == 1
    assert "load the file without --dry-run" in new.stderr
    assert not (tmp_path / "book-online.sqlite3").exists()

    run("load", folder=tmp_path)
    (tmp_path / "clinic.toml").write_text(edit_file({"416.545.1881": "416.555.0123"}), "utf-8")
    for _ in range(2):
        assert (
            run("load", "--dry-run", folder=tmp_path).stdout == "The clinic's phone, phone_shown changed.\n"
        )
    assert run("load", folder=tmp_path).stdout == "The clinic's phone, phone_shown changed.\n"
    assert run("load", "--dry-run", folder=tmp_path).stdout == "Nothing would change.\n"


def test_another_clinics_file_is_loaded_only_when_confirmed(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    run("load", folder=tmp_path)
    (tmp_path / "clinic.toml").write_text(small_clinic(zone="America/Halifax"), "utf-8")

    for command in (["load"], ["serve", "--clinic-file-rules", "--port", "0"]):
        refused = run(*command, folder=tmp_path)
        assert refused.returncode == 1
        assert refused.stderr.startswith("book-online: this file would rewrite most of the clinic")
        assert "Traceback" not in refused.stderr

    assert run("load", "--yes", folder=tmp_path).returncode == 0
    assert run("load", folder=tmp_path).stdout == ""


def test_the_visits_that_cannot_take_place_can_be_asked_for_at_any_time(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(SAMPLE, "utf-8")
    run("load", folder=tmp_path)

    done = run("appointments", "check", folder=tmp_path)

    assert (done.returncode, done.stdout) == (0, "All booked visits can take place.\n")


def test_warnings_fail_only_a_strict_check(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(small_clinic(duration="4 h"), "utf-8")

    done, strict = (run("check", *options, "clinic.toml", folder=tmp_path) for options in ([], ["--strict"]))

    assert (done.returncode, strict.returncode) == (0, 1)
    assert done.stderr == strict.stderr
    expected = "warning: services[visit].duration: is longer than any shift of those who offer it"
    assert done.stderr.strip() == expected
