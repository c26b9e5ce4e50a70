"""Feature: all that a part of the API may bring. The core's own parts come in by the same door."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from booking.clinic_file.shape import Part
from booking.errors import BookingError
from booking.guests import Hears
from booking.hooks import BusySource, Guest, Rule
from booking.storage.migrate import History, history_of
from booking.storage.outbox import OF_A_FEATURE
from booking.storage.table import Table
from graphql_api.context import Context, NodeLookup
from graphql_api.guards.viewer import RequiresScope
from graphql_api.loaders import BatchLoad

API = 1
"""The version of this door. What it offers may grow; what is taken away or changed raises the number."""
BY_NAME = ("fields", "problems", "loaders", "nodes", "listeners")
IN_LISTS = ("types", "rules", "busy_sources", "tables")


@dataclass(frozen=True)
class Feature:
    """What a part brings; docs/extend.md shows each member at work.

    `api` is the version of this door that an installed one was made for. `query`, `mutation` and
    `subscription` are strawberry types, whose fields join the roots; `fields` are such types by the name
    of the type that their fields join. `types` are those that no field names, only an interface.
    `problems` are refusals and how they are shown. `loaders` are
    found as `context.load["aftercare.advice"]`, `settings` as `context.settings["aftercare"]`. A
    listener hears of events after the commit. `tables` are kept by the revisions in `migrations`.
    `nodes` is by type name; a viewer needs `nodes_need` to see any of them. `is_shared`: what it brings
    is the same for all who have no key, and changes only with what the database holds and, at the
    earliest, when a tick ends. Such answers are kept.
    """

    name: str
    api: int | None = None
    query: type | None = None
    mutation: type | None = None
    subscription: type | None = None
    fields: Mapping[str, type] = field(default_factory=dict)
    types: Sequence[type] = ()
    problems: Mapping[type[BookingError], type] = field(default_factory=dict)
    loaders: Mapping[str, BatchLoad] = field(default_factory=dict)
    nodes: Mapping[str, NodeLookup] = field(default_factory=dict)
    nodes_need: RequiresScope | None = None
    rules: Sequence[Rule] = ()
    busy_sources: Sequence[BusySource] = ()
    listeners: Mapping[str, Hears] = field(default_factory=dict)
    settings: type[BaseModel] | None = None
    tables: Sequence[type[Table]] = ()
    migrations: Path | None = None
    is_shared: bool = False

    def parts(self) -> list[tuple[str, type]]:
        """The types whose fields it brings, and what they join."""
        roots = {"Query": self.query, "Mutation": self.mutation, "Subscription": self.subscription}
        return [(name, part) for name, part in roots.items() if part] + list(self.fields.items())

    def lookups(self) -> dict[str, NodeLookup]:
        """For viewers: what they may not see is as good as gone."""
        return {kind: partial(self._look_up, lookup) for kind, lookup in self.nodes.items()}

    async def _look_up(self, lookup: NodeLookup, key: str, context: Context) -> Any:
        may = self.nodes_need is None or context.viewer.may(self.nodes_need)
        return await lookup(key, context) if may else None


@dataclass(frozen=True)
class Enabled:
    """An installed feature that the clinic names, with what its file says to it.

    `package` is who brings it, for people: `book-online-aftercare 0.1.0`.
    """

    feature: Feature
    package: str
    settings: Any = None

    @property
    def guest(self) -> Guest:
        feature = self.feature
        return Guest(feature.name, self.settings, feature.rules, feature.busy_sources)

    @property
    def history(self) -> History | None:
        folder = self.feature.migrations
        return history_of(self.feature.name, folder) if folder else None

    def full_name(self, name: str) -> str:
        """Of one of its listeners or loaders, among everybody's."""
        return f"{self.feature.name}{OF_A_FEATURE}{name}"


def check_members(feature: Feature, package: str) -> None:
    """Before anything else is made of it. Refuses with FeatureMistake."""
    for where, what in misfits(feature):
        raise FeatureMistake(feature.name, package, where, what)


def misfits(feature: Feature) -> Iterator[tuple[str, str]]:
    """Members that aren't what they are declared as: where, and what is wrong there."""
    if feature.api != API:
        yield "", f"it was made for version {feature.api!r} of the feature API, and this is version {API}"
        return
    if not isinstance(feature.name, str):
        yield "`name`", "it must be a text"
    for name in BY_NAME:
        if not isinstance(by_name := getattr(feature, name), Mapping):
            yield f"`{name}`", "it must be a mapping: {...: ...}"
        elif name != "problems" and not all(isinstance(key, str) for key in by_name):
            yield f"`{name}`", "its keys must be texts, in quotes"
    for name in IN_LISTS:
        if not isinstance(getattr(feature, name), (list, tuple)):
            yield f"`{name}`", "it must be a list: [...]"
    settings = feature.settings
    if settings is not None and not (isinstance(settings, type) and issubclass(settings, Part)):
        yield "`settings`", "it must be a class of FeatureSettings"
    if not isinstance(feature.migrations, Path | None):
        yield "`migrations`", 'it must be a Path: Path(__file__).parent / "migrations"'
    if not isinstance(feature.nodes_need, RequiresScope | None):
        yield "`nodes_need`", "it must be one of CATALOGUE, AVAILABILITY, BOOK, OWN_BOOKINGS, PATIENTS"


class FeatureMistake(Exception):
    """A feature can't be used as it is; one sentence that names its package and what is wrong where."""

    def __init__(self, feature: str, package: str, where: str, what: str) -> None:
        self.what = f"{where}: {what}" if where else what
        super().__init__(f"feature {feature} ({package}): {self.what}")
