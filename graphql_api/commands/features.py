"""`book-online features`, `new-feature`, `new-migration`: for who extends, and for who enables."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from string import Template

from booking.storage.migrate import history_of
from booking.storage.revise import write_revision
from graphql_api.commands.clinic_file import clinic_text
from graphql_api.extending import API, FeatureMistake
from graphql_api.installed import Installed, installed, open_clinic
from graphql_api.joining import NAME, RESERVED, coordinates
from graphql_api.schema import schema_with
from graphql_api.settings import BadSetting, Settings

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
    there = installed()
    clinic = open_clinic(clinic_text(settings.clinic_file), without=settings.without_features)
    schema_with(clinic.enabled)
    for name in sorted(there):
        state = "enabled" if name in clinic.file.features else "installed"
        if name in settings.without_features:
            state = "left out"
        print(f"{name}\t{there[name].package}\t{state}")
        if state != "left out":
            for addition in _additions(there[name]):
                print(f"  {addition}")
    if not there:
        print("No features are installed. `book-online new-feature` writes one to begin with.")
    return 0


def _additions(one: Installed) -> Iterator[str]:
    try:
        feature = one.load()
    except FeatureMistake as broken:
        yield f"broken: {broken.what}"
        return
    yield from coordinates(feature)
    yield from (f"problem {problem.__name__}" for problem in feature.problems.values())
    yield from (f"node {kind}" for kind in feature.nodes)
    yield from (f"rule {rule.__name__}" for rule in feature.rules)
    yield from (f"busy source {source.__name__}" for source in feature.busy_sources)
    yield from (f"listener {name}" for name in feature.listeners)
    yield from (f"table {table.__tablename__}" for table in feature.tables)


def _new_feature(arguments: argparse.Namespace, _settings: Settings) -> int:
    name: str = arguments.name
    if not NAME.fullmatch(name) or name in RESERVED:
        raise BadSetting(f"{name!r} can't be a feature's name: 3 to 31 small letters, digits and _")
    distribution = f"book-online-{name.replace('_', '-')}"
    folder: Path = arguments.folder / distribution
    folder.mkdir(parents=True)
    words = name.split("_")
    texts = {
        "name": name,
        "distribution": distribution,
        "module": f"book_online_{name}",
        "type": "".join(word.title() for word in words),
        "field": words[0] + "".join(word.title() for word in words[1:]),
        "api": API,
    }
    for template in sorted(TEMPLATES.glob("*.template")):
        file = folder / Template(template.stem).substitute(texts)
        file.write_text(Template(template.read_text("utf-8")).substitute(texts), "utf-8")
        print(file)
    print(f"Next: pip install --editable {folder}; pytest {folder}; and name it in clinic.toml:")
    print(f'  features = ["{name}"]')
    return 0


def _new_migration(arguments: argparse.Namespace, _settings: Settings) -> int:
    one = _installed(arguments.name)
    feature = one.load()
    if feature.migrations is None:
        raise FeatureMistake(one.name, one.package, "", "give it `migrations`, the folder to write to")
    tables = [table.__tablename__ for table in feature.tables]
    written = write_revision(history_of(one.name, feature.migrations), tables, arguments.what)
    print(f"{written}: please read it before you keep it." if written else "Its tables have not changed.")
    return 0


def _installed(name: str) -> Installed:
    there = installed()
    if name not in there:
        raise BadSetting(f"no feature {name!r} is installed; these are: {', '.join(there) or 'none'}")
    return there[name]
