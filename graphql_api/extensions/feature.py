"""Feature: all that an installed package may bring; EnabledFeature; and the error that names a mistake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from booking.domain.hookspecs import BusySource, FeatureHooks, Rule
from booking.outbox.feature_listeners import FeatureListener
from booking.storage.base import Table
from booking.storage.migrations.history import MigrationHistory, feature_history
from booking.storage.queries.outbox import FEATURE_SEPARATOR
from graphql_api.context.loaders import BatchLoad
from graphql_api.context.schema_part import SchemaPart

API = 1
"""The version of the feature contract: raised by a change that could break a feature, not by an addition."""


@dataclass(frozen=True, kw_only=True)
class Feature(SchemaPart):
    """All that an installed package may bring; docs/how-to/extend.md shows each member at work.

    `api` is the version of this contract that the feature was made for. `loaders` are found as
    `context.load["aftercare.advice"]`, `settings` as `context.settings["aftercare"]`. `rules` may refuse a
    booking, `busy_sources` return when practitioners are busy, `listeners` are called after the commit,
    also when a visit's day comes and the clinic notes an arrival, say, if the feature `hears_statuses`.
    `tables` are created by the Alembic revisions in the folder `migrations`.
    """

    name: str
    api: int | None = None
    loaders: Mapping[str, BatchLoad] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    busy_sources: Sequence[BusySource] = ()
    listeners: Mapping[str, FeatureListener] = field(default_factory=dict)
    hears_statuses: bool = False
    settings: type[BaseModel] | None = None
    tables: Sequence[type[Table]] = ()
    migrations: Path | None = None


@dataclass(frozen=True)
class EnabledFeature:
    """An installed feature that the clinic's file names, with its settings from that file.

    `package` names the distribution for people: `book-online-aftercare 0.1.0`.
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
        """The name of a listener or a loader, unique among all features': `aftercare.advice`."""
        return f"{self.feature.name}{FEATURE_SEPARATOR}{name}"

    def error(self, where: str, mistake: str) -> "FeatureError":
        return FeatureError(self.feature.name, self.package, where, mistake)


class FeatureError(Exception):
    """A feature can't be used as it is: one sentence with its package, the place and the mistake."""

    def __init__(self, feature: str, package: str, where: str, mistake: str) -> None:
        self.mistake = f"{where}: {mistake}" if where else mistake
        super().__init__(f"feature {feature} ({package}): {self.mistake}")
