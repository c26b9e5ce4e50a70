"""`book-online features`, `new-feature` and `new-migration`: list features, and begin one."""

import argparse
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from string import Template

from strawberry.utils.str_converters import to_camel_case

from booking.catalogue.clinic_file.parser import ClinicFileError, enabled_features
from booking.storage.migrations.autogenerate import write_revision
from booking.storage.migrations.history import MigrationError, feature_history
from graphql_api.cli.clinic_file.files import read_clinic_file
from graphql_api.cli.command import Commands, add_command, add_json, as_json
from graphql_api.extensions.checks import NAME_RULE, display_name, is_valid_name
from graphql_api.extensions.discovery import InstalledFeature, installed_features, load_clinic_file
from graphql_api.extensions.feature import API, EnabledFeature, FeatureError
from graphql_api.extensions.ownership import coordinates, feature_types, pascal_case
from graphql_api.schema.schema import schema_with
from graphql_api.settings import InvalidSetting, Settings
from graphql_api.startup import migration_failure

TEMPLATES = Path(__file__).parent / "new_feature"


def add_to(commands: Commands) -> None:
    features = add_command(
        commands, "features", _features, "what is installed and enabled, and what each adds"
    )
    add_json(features)

    new = add_command(commands, "new-feature", _new_feature, "write a package with a feature, to begin with")
    new.add_argument("name", help="small letters, digits and _: aftercare")
    new.add_argument("--in", dest="folder", type=Path, default=Path(), metavar="FOLDER", help="where to")

    migration = add_command(
        commands, "new-migration", _new_migration, "write a migration of a feature's tables"
    )
    migration.add_argument("name", help="of the feature")
    migration.add_argument("message", help="what is new: 'first tables'")


def _features(arguments: argparse.Namespace, settings: Settings) -> None:
    """List all features; afterwards raise the mistake that would keep a server from starting."""
    installed, text = installed_features(), read_clinic_file(settings.clinic_file)
    named = enabled_features(text)
    mistake: Exception | None = None
    try:
        folder = settings.clinic_file.parent
        schema_with(load_clinic_file(text, without=settings.without_features, folder=folder).enabled)
    except (ClinicFileError, FeatureError) as reason:
        mistake = reason
    found = []
    for name in sorted(installed):
        state = "enabled" if name in named else "installed"
        if name in settings.without_features:
            state = "left out"
        adds = list(_additions(installed[name])) if state != "left out" else []
        found.append({"name": name, "package": installed[name].package, "state": state, "adds": adds})
        if not arguments.json:
            print(f"{name}\t{installed[name].package}\t{state}")
            for addition in adds:
                print(f"  {addition}")
    if arguments.json:
        print(as_json(found))
    if mistake:
        raise mistake
    if not installed and not arguments.json:
        print("No features are installed. `book-online new-feature` writes one to begin with.")


def _additions(installed: InstalledFeature) -> Iterator[str]:
    try:
        feature = installed.load()
        schema = schema_with([EnabledFeature(feature, installed.package)])
    except FeatureError as broken:
        yield f"broken: {broken.mistake}"
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
        yield f"setting {installed.name}.{field.alias or name}{required}"
    if feature.is_cacheable:
        yield "its answers are shared"


def _new_feature(arguments: argparse.Namespace, _settings: Settings) -> None:
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
        "versions": _compatible_versions(metadata.version("book-online")),
    }
    for template in sorted(TEMPLATES.glob("*.template")):
        file = folder / Template(template.stem).substitute(texts)
        file.write_text(Template(template.read_text("utf-8")).substitute(texts), "utf-8")
        print(file)
    print(f"Next: pip install --editable {folder}; pytest {folder}; and change the line in clinic.toml:")
    print(f'  features = ["{name}"]')


def _compatible_versions(version: str) -> str:
    """The releases in which nothing that a feature uses is taken away: `>=0.1.0,<0.2`."""
    major, minor = (int(part) for part in version.split(".")[:2])
    return f">={version},<{major + 1}" if major else f">={version},<0.{minor + 1}"


def _new_migration(arguments: argparse.Namespace, _settings: Settings) -> None:
    installed = installed_features()
    if arguments.name not in installed:
        names = ", ".join(installed) or "none"
        raise InvalidSetting(f"no feature {arguments.name!r} is installed; these are: {names}")
    package = installed[arguments.name]
    feature = package.load()
    if feature.migrations is None:
        raise package.error("", "give it `migrations`, the folder to write to")
    tables = [table.__tablename__ for table in feature.tables]
    try:
        written = write_revision(feature_history(feature.name, feature.migrations), tables, arguments.message)
    except MigrationError as broken:
        raise package.error("", migration_failure(broken)) from broken.__cause__
    print(f"{written}: please read it before you keep it." if written else "Its tables have not changed.")
