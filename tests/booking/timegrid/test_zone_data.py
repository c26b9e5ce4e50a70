"""Time zones come from the package of the lock files, whatever the system has."""

import os
import shutil
import subprocess
import sys
from importlib import metadata
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import tzdata

from booking.timegrid.zone_data import zone_data_warning, zone_release

ROOT = Path(__file__).parents[3]
DECEMBER_IN_VANCOUVER = """
from datetime import datetime
from zoneinfo import ZoneInfo
before = ZoneInfo("America/Vancouver")  # as a library may, before it imports us
import {module}
print(datetime(2026, 12, 15, 9, tzinfo=ZoneInfo("America/Vancouver")).isoformat())
"""


@pytest.fixture
def other_data(tmp_path: Path) -> Path:
    """A folder in which Vancouver has Tokyo's clock, and there is no other zone."""
    (tmp_path / "America").mkdir()
    with as_file(files("tzdata") / "zoneinfo" / "Asia" / "Tokyo") as tokyo:
        shutil.copy(tokyo, tmp_path / "America" / "Vancouver")
    return tmp_path


@pytest.mark.parametrize(
    "module", ["booking", "book_online.extend", "graphql_api.cli.main", "feeds.fhir", "web.linked_data"]
)
def test_the_package_takes_precedence_over_the_system(other_data: Path, module: str) -> None:
    environment = {**os.environ, "PYTHONTZPATH": str(other_data), "PYTHONPATH": str(ROOT)}
    program = DECEMBER_IN_VANCOUVER.format(module=module)
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "2026-12-15T09:00:00-07:00"


def test_the_release_is_the_packages() -> None:
    assert zone_release() == tzdata.IANA_VERSION
    assert zone_data_warning() is None


@pytest.mark.parametrize(
    ("needed", "warns"), [("2999.1", True), ("2999.10", True), ("2026.1", False), ("2025.12", False)]
)
def test_an_older_release_than_required_is_told(
    monkeypatch: pytest.MonkeyPatch, needed: str, warns: bool
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ["babel>=2", f"tzdata>={needed}"])

    warning = zone_data_warning()

    assert bool(warning) == warns
    assert warning is None or f"tzdata>={needed}" in warning


def test_without_an_installation_nothing_is_known_to_be_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(_: str) -> list[str]:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "requires", requires)

    assert zone_data_warning() is None
