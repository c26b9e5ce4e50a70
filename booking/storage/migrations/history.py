"""Histories of revisions: the core's, and one for each feature that has tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent


@dataclass(frozen=True)
class MigrationHistory:
    """A folder of Alembic revisions, named `0001_...`, and the table that holds the current one.

    Each feature has its own, so that removing a feature leaves the other histories in order.
    """

    folder: Path
    version_table: str

    @property
    def table_prefix(self) -> str:
        """With which the names of all its tables begin; the core's have none."""
        return self.version_table.removesuffix(VERSION_TABLE)

    @property
    def newest(self) -> str | None:
        """None while there is no revision."""
        return max(self._revisions(), default=None)

    def has(self, revision: str) -> bool:
        return revision in self._revisions()

    def _revisions(self) -> set[str]:
        return {file.name.partition("_")[0] for file in self.folder.glob("[0-9]*.py")}


VERSION_TABLE = "alembic_version"
CORE_HISTORY = MigrationHistory(MIGRATIONS / "versions", VERSION_TABLE)


def feature_history(feature: str, folder: Path) -> MigrationHistory:
    return MigrationHistory(folder, f"{feature}_{VERSION_TABLE}")


def feature_of(version_table: str) -> str:
    """The name of the feature whose revision the table has."""
    return version_table.removesuffix(f"_{VERSION_TABLE}")


class MigrationError(Exception):
    """The revisions of a feature can't be applied; `file` names the revision that failed, if one did."""

    def __init__(self, history: MigrationHistory, why: str = "", file: str = "") -> None:
        super().__init__(why)
        self.history = history
        self.why = why
        self.file = file


def alembic_config(
    connection: Connection, history: MigrationHistory = CORE_HISTORY, *, tables: Iterable[str] = ()
) -> "Config":
    """Alembic's configuration for one history; `tables` are those that autogeneration compares."""
    from alembic.config import Config

    config = Config(stdout=StringIO())
    config.set_main_option("script_location", _escaped(MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", _escaped(history.folder))
    config.attributes |= {
        "connection": connection,
        "version_table": history.version_table,
        "tables": frozenset(tables),
    }
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
