"""`book-online features`, `new-feature`, `new-migration`: for who extends, and for who enables."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from string import Template

from strawberry.utils.str_converters import to_camel_case

from booking.catalogue.clinic_file.parser import ClinicFileError, enabled_features
from booking.storage.migrations.autogenerate import write_revision
from booking.storage.migrations.history import MigrationError, feature_history
from graphql_api.cli.clinic_file import clinic_text
from graphql_api.extensions.checks import NAME_RULE, display_name, is_valid_name
from graphql_api.extensions.discovery import InstalledFeature, installed_features, load_clinic_file
from graphql_api.extensions.feature import API, EnabledFeature, FeatureError
from graphql_api.extensions.ownership import coordinates, feature_types, pascal_case
from graphql_api.schema.schema import schema_with
from graphql_api.settings import InvalidSetting, Settings
from graphql_api.startup import migration_failure

TEMPLATES = Path(__file__).parent / "new_feature"


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    features = commands.add_parser("features", help="what is installed and enabled, and what each adds")
    features.set_defaults(run=_features)

    new = commands.add_parser("new-feature", help="write a package with a feature, to begin with")
    new.add_argument("name", help="small letters, digits and _: aftercare")
    new.add_argument("--in", dest="folder", type=Path, default=Path(), metavar="FOLDER", help="where to")
    new.set_defaults(run=_new_feature)

    migration = commands.add_parser("new-migration", help="write a migration of a feature's tables")
    migration.add_argument("name", help="of the feature")
    migration.add_argument("what", help="what is new: 'first tables'")
    migration.set_defaults(run=_new_migration)


def _features(_arguments: argparse.Namespace, settings: Settings) -> int:
    """Lists them all; what keeps a server from starting is told afterwards."""
    there, text = installed_features(), clinic_text(settings.clinic_file)
    named = enabled_features(text)
    wrong: Exception | None = None
    try:
        schema_with(load_clinic_file(text, without=settings.without_features).enabled)
    except (ClinicFileError, FeatureError) as reason:
        wrong = reason
    for name in sorted(there):
        state = "enabled" if name in named else "installed"
        if name in settings.without_features:
            state = "left out"
        print(f"{name}\t{there[name].package}\t{state}")
        if state != "left out":
            for addition in _additions(there[name]):
                print(f"  {addition}")
    if wrong:
        raise wrong
    if not there:
        print("No features are installed. `book-online new-feature` writes one to begin with.")
    return 0


def _additions(one: InstalledFeature) -> Iterator[str]:
    try:
        feature = one.load()
        schema = schema_with([EnabledFeature(feature, one.package)])
    except FeatureError as broken:
        yield f"broken: {broken.what}"
        return
    yield from coordinates(feature)
    shown = {*feature.nodes, *(display_name(problem) for problem in feature.problems.values())}
    types = {kind.name for kind in feature_types(schema._schema)}
    yield from (f"type {kind}" for kind in sorted(types - shown))
    yield from (f"problem {display_name(problem)}" for problem in feature.problems.values())
    yield from (f"node {kind}" for kind in feature.nodes)
    yield from (f"loader {name}" for name in feature.loaders)
    yield from (f"rule {display_name(rule)}" for rule in feature.rules)
    yield from (f"busy source {display_name(source)}" for source in feature.busy_sources)
    yield from (f"listener {name}" for name in feature.listeners)
    yield from (f"table {table.__tablename__}" for table in feature.tables)
    for name, field in feature.settings.model_fields.items() if feature.settings else ():
        required = " (required)" if field.is_required() else ""
        yield f"setting {one.name}.{field.alias or name}{required}"
    if feature.is_cacheable:
        yield "its answers are shared"


def _new_feature(arguments: argparse.Namespace, _settings: Settings) -> int:
    name: str = arguments.name
    if not is_valid_name(name):
        raise InvalidSetting(f"{name!r} can't be a feature's name: it {NAME_RULE}")
    distribution = f"book-online-{name.replace('_', '-')}"
    folder: Path = arguments.folder / distribution
    if folder.exists():
        raise InvalidSetting(f"{folder} is there already: choose another name, or another place with --in")
    folder.mkdir(parents=True)
    texts = {
        "name": name,
        "distribution": distribution,
        "module": f"book_online_{name}",
        "type": pascal_case(name),
        "field": to_camel_case(name),
        "api": API,
    }
    for template in sorted(TEMPLATES.glob("*.template")):
        file = folder / Template(template.stem).substitute(texts)
        file.write_text(Template(template.read_text("utf-8")).substitute(texts), "utf-8")
        print(file)
    print(f"Next: pip install --editable {folder}; pytest {folder}; and change the line in clinic.toml:")
    print(f'  features = ["{name}"]')
    return 0


def _new_migration(arguments: argparse.Namespace, _settings: Settings) -> int:
    one = _installed(arguments.name)
    feature = one.load()
    if feature.migrations is None:
        raise FeatureError(one.name, one.package, "", "give it `migrations`, the folder to write to")
    tables = [table.__tablename__ for table in feature.tables]
    try:
        written = write_revision(feature_history(one.name, feature.migrations), tables, arguments.what)
    except MigrationError as broken:
        raise FeatureError(one.name, one.package, "", migration_failure(broken)) from broken.__cause__
    print(f"{written}: please read it before you keep it." if written else "Its tables have not changed.")
    return 0


def _installed(name: str) -> InstalledFeature:
    there = installed_features()
    if name not in there:
        raise InvalidSetting(f"no feature {name!r} is installed; these are: {', '.join(there) or 'none'}")
    return there[name]
