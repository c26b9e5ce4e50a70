"""Dockerfile, docker-compose.yml and docs/reference/settings.md, held against the program."""

import dataclasses
import json
import re
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml

from booking.storage.engine import database_url
from graphql_api.app import create_app
from graphql_api.settings import Settings, settings_from, variable_name
from tests.support.wheels import build_wheel, copy_docker_context, docker_context_entries
from web.built_widget import CHECKOUT

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def compose() -> dict[str, Any]:
    """docker-compose.yml as Compose reads it where no variable is set."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    read: dict[str, Any] = yaml.safe_load(VARIABLE.sub(r"\2", text))
    return read


def image_environment() -> dict[str, str]:
    final = DOCKERFILE.rpartition("FROM ")[2]
    return dict(re.findall(r"(\w+)=(\S+)", " ".join(re.findall(r"^ENV (.*)$", final, re.MULTILINE))))


def variables() -> set[str]:
    """The variables that settings.py reads."""
    return {variable_name(setting.name) for setting in dataclasses.fields(Settings)}


def test_the_image_keeps_its_database_where_it_may_write() -> None:
    assert settings_from(image_environment()) == Settings(
        database_url="sqlite:////data/book-online.sqlite3",
        clinic_file=Path("/etc/book-online/clinic.toml"),
        mode="production",
    )


def test_the_api_of_compose_finds_the_database_of_compose() -> None:
    services = compose()["services"]
    database = services["database"]["environment"]

    settings = settings_from(image_environment() | services["api"]["environment"])
    url = database_url(settings.database_url)

    assert settings.mode == "production"
    assert (url.host, url.port) == ("database", 5432)
    assert (url.username, url.password, url.database) == (
        database["POSTGRES_USER"],
        database["POSTGRES_PASSWORD"],
        database["POSTGRES_DB"],
    )
    assert services["api"]["depends_on"] == {
        "database": {"condition": "service_healthy"},
        "keys": {"condition": "service_completed_successfully"},
    }


def test_the_key_of_compose_is_made_where_its_api_reads_it() -> None:
    services = compose()["services"]
    for service in (services["keys"], services["api"]):
        settings = settings_from(image_environment() | service["environment"])
        assert settings.key_encryption_file.path == Path("book-online.key")  # in the image's folder, /data
        assert "keys:/data" in service["volumes"]
    assert services["keys"]["command"] == ["book-online", "data-keys", "init", "--if-missing"]


def test_compose_names_only_settings_that_exist() -> None:
    assert set(compose()["services"]["api"]["environment"]) <= variables()
    assert {name for name in image_environment() if name.startswith("BOOK_ONLINE")} <= variables()


def test_compose_mounts_the_clinic_where_the_image_reads_it() -> None:
    source, target, mode = compose()["services"]["api"]["volumes"][0].split(":")
    assert (ROOT / source).is_file()
    assert (target, mode) == (image_environment()["BOOK_ONLINE_CLINIC_FILE"], "ro")


def test_only_this_machine_reaches_the_services_of_compose() -> None:
    services = compose()["services"]
    assert services["api"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in services["database"]


def test_the_image_is_neither_root_nor_able_to_write() -> None:
    user = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    api = compose()["services"]["api"]
    assert user == ["10001:10001"]
    assert (api["read_only"], api["cap_drop"]) == (True, ["ALL"])


@pytest.mark.parametrize("instruction", ["HEALTHCHECK", "CMD"])
def test_the_image_starts_no_shell(instruction: str) -> None:
    [command] = re.findall(rf"^{instruction}.*?(\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert json.loads(command)[0] in ("python", "book-online")


def test_the_health_check_requests_a_route_that_exists(tmp_path: Path) -> None:
    requested = re.findall(r"http://127\.0\.0\.1:8000(/\w+)", DOCKERFILE)
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}"))
    assert requested == ["/healthz"]
    assert "/healthz" in [getattr(route, "path", "") for route in app.routes]


def test_the_build_of_the_image_copies_only_what_it_is_given() -> None:
    entries = docker_context_entries()
    assert [path for path in entries if not (ROOT / path).exists()] == []
    copied = re.findall(r"^COPY (?!--from)(?!\.)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert {path for paths in copied for path in paths.split()} <= set(entries)


@pytest.mark.processes
def test_the_wheel_in_the_image_is_that_of_the_checkout(tmp_path: Path) -> None:
    copy_docker_context(tmp_path / "context")
    served = (CHECKOUT / "documents.json").stat()
    in_image = ZipFile(build_wheel(tmp_path / "context", tmp_path / "image")).namelist()
    in_checkout = ZipFile(build_wheel(ROOT, tmp_path / "checkout")).namelist()
    assert sorted(in_image) == sorted(in_checkout)
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    assert {name.partition("/")[0] for name in in_image if "dist-info" not in name} == set(
        packages["targets"]["wheel"]["packages"]
    )
    # A server of this checkout, or another test, may be reading the bundle meanwhile.
    assert (CHECKOUT / "documents.json").stat() == served


def test_the_docs_name_every_setting_with_its_default() -> None:
    table = re.findall(
        r"^\| `(\w+)` \|(?: `(\S+)`)? +\|",
        (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8"),
        re.MULTILINE,
    )
    assert {name for name, _ in table} == variables()
    assert settings_from(dict(table)) == Settings()
