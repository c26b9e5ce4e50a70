"""A clinic with patients, and the commands of its operator."""

from pathlib import Path

import pytest

from booking.storage.database import Database
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands
from tests.support.clinics import SAMPLE, open_clinic


@pytest.fixture
async def commands(database: Database, database_url: str, tmp_path: Path) -> ClinicCommands:
    """On both databases, with the sample clinic in them."""
    await open_clinic(database)
    clinic = ClinicCommands.on(database_url, tmp_path / "operator")
    (clinic.folder / "clinic.toml").write_text(SAMPLE, "utf-8")
    return clinic
