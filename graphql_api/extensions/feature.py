"""Feature: all that an installed package may bring; and the error that names what is wrong with one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from booking.catalogue.clinic_file.model import Section
from booking.domain.hookspecs import BusySource, FeatureHooks, Rule
from booking.extensions.dispatch import FeatureListener
from booking.storage.base import Table
from booking.storage.migrations.history import MigrationHistory, feature_history
from booking.storage.queries.outbox import FEATURE_SEPARATOR
from graphql_api.resolvers.loaders import BatchLoad
from graphql_api.resolvers.schema_part import SchemaPart
from graphql_api.security.viewer import RequiresScope

API = 1
"""The version of the feature contract: raised by whatever could break a feature, not by additions."""
MAPPING_MEMBERS = ("fields", "problems", "loaders", "nodes", "listeners")
LIST_MEMBERS = ("types", "rules", "busy_sources", "tables")


@dataclass(frozen=True, kw_only=True)
class Feature(SchemaPart):
    """All that an installed package may bring; docs/how-to/extend.md shows each member at work.

    `api` is the version of this contract that the feature was made for. `loaders` are found as
    `context.load["aftercare.advice"]`, `settings` as `context.settings["aftercare"]`. `rules` may refuse a
    booking, `busy_sources` say when practitioners are busy, `listeners` are told of events after the
    commit. `tables` are created by the Alembic revisions in `migrations`.
    """

    name: str
    api: int | None = None
    loaders: Mapping[str, BatchLoad] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    busy_sources: Sequence[BusySource] = ()
    listeners: Mapping[str, FeatureListener] = field(default_factory=dict)
    settings: type[BaseModel] | None = None
    tables: Sequence[type[Table]] = ()
    migrations: Path | None = None


@dataclass(frozen=True)
class EnabledFeature:
    """An installed feature that the clinic names, with what its file says to it.

    `package` is who brings it, for people: `book-online-aftercare 0.1.0`.
    """

    feature: Feature
    package: str
    settings: Any = None

    @property
    def hooks(self) -> FeatureHooks:
        feature = self.feature
        return FeatureHooks(feature.name, self.settings, feature.rules, feature.busy_sources)

    @property
    def history(self) -> MigrationHistory | None:
        folder = self.feature.migrations
        return feature_history(self.feature.name, folder) if folder else None

    def full_name(self, name: str) -> str:
        """Of one of its listeners or loaders, among everybody's."""
        return f"{self.feature.name}{FEATURE_SEPARATOR}{name}"


def check_members(feature: Feature, package: str) -> None:
    """Before anything else is made of it. Refuses with FeatureMistake."""
    for where, what in member_errors(feature):
        raise FeatureError(feature.name, package, where, what)


def member_errors(feature: Feature) -> Iterator[tuple[str, str]]:
    """Members that aren't what they are declared as: where, and what is wrong there."""
    if feature.api != API:
        yield "", f"it was made for version {feature.api!r} of the feature API, and this is version {API}"
        return
    if not isinstance(feature.name, str):
        yield "`name`", "it must be a text"
    for name in MAPPING_MEMBERS:
        if not isinstance(by_name := getattr(feature, name), Mapping):
            yield f"`{name}`", "it must be a mapping: {...: ...}"
        elif name != "problems" and not all(isinstance(key, str) for key in by_name):
            yield f"`{name}`", "its keys must be texts, in quotes"
    for name in LIST_MEMBERS:
        if not isinstance(getattr(feature, name), (list, tuple)):
            yield f"`{name}`", "it must be a list: [...]"
    settings = feature.settings
    if settings is not None and not (isinstance(settings, type) and issubclass(settings, Section)):
        yield "`settings`", "it must be a class of FeatureSettings"
    if not isinstance(feature.migrations, Path | None):
        yield "`migrations`", 'it must be a Path: Path(__file__).parent / "migrations"'
    if not isinstance(feature.node_scope, RequiresScope | None):
        yield "`node_scope`", "it must be one of CATALOGUE, AVAILABILITY, BOOK, OWN_BOOKINGS, PATIENTS"


class FeatureError(Exception):
    """A feature can't be used as it is; one sentence that names its package and what is wrong where."""

    def __init__(self, feature: str, package: str, where: str, what: str) -> None:
        self.what = f"{where}: {what}" if where else what
        super().__init__(f"feature {feature} ({package}): {self.what}")
