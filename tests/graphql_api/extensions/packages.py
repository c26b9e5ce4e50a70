"""Packages with features, installed as far as Python can see: a module and its metadata."""

import os
import re
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from book_online.extend import API, Feature
from graphql_api.extensions.checks import check_members
from graphql_api.extensions.feature import EnabledFeature, FeatureError
from graphql_api.schema.schema import schema_with
from tests.graphql_api.cli.command_line import run_command
from tests.support.clinics import file_with_features

ROOT = Path(__file__).parents[3]
NEW_KEY = "book-online.key is the key to the patients' data: keep a copy elsewhere\n"
"""What a new database's first start says."""

HEAD = """
import strawberry
from book_online.extend import *
from pydantic import Field


@strawberry.type
class TipsOfService:
    @strawberry.field(directives=[CATALOGUE])
    def tips_best(self, info: Info) -> str | None:
        return info.context.settings["tips"].best
"""
TIPS = (
    HEAD
    + """
class Settings(FeatureSettings):
    best: str
    most: int = Field(default=3, ge=1)


feature = Feature(name="tips", api=1, fields={"Service": TipsOfService}, settings=Settings)
"""
)

WITH_A_TABLE = """
from pathlib import Path
from book_online.extend import Feature, Table
from sqlalchemy.orm import Mapped, mapped_column


class Given(Table):
    __tablename__ = "tips_given"
    id: Mapped[int] = mapped_column(primary_key=True)
    {more}


feature = Feature(name="tips", api=1, tables=[Given], migrations=Path(__file__).parent / "migrations")
"""


def install(site: Path, name: str, code: str = TIPS, *, package: str = "", version: str = "0.1.0") -> Path:
    """Install into a folder on Python's path, and return the folder of the module."""
    package = package or f"book_online_{name}"
    info = site / f"{package}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {package.replace('_', '-')}\nVersion: {version}\n"
    )
    (info / "entry_points.txt").write_text(f"[book_online.features]\n{name} = {package}:feature\n")
    folder = site / package
    folder.mkdir()
    (folder / "__init__.py").write_text(dedent(code))
    return folder


def error_of(**members: Any) -> str:
    """The error with which the feature `tips` is refused at start when it has these members."""
    feature = Feature(name="tips", **({"api": API} | members))
    with pytest.raises(FeatureError) as refused:
        _join_schema(feature, "book-online-tips 0.1.0")
    return str(refused.value)


def _join_schema(feature: Feature, package: str) -> None:
    check_members(feature, package)
    schema_with([EnabledFeature(feature, package)])


class ClinicFolder:
    """A folder with a clinic's file and a folder of installed packages, in which commands run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / "site"
        self.write_file()

    def write_file(self, *enabled: str, settings: str = "") -> None:
        text = file_with_features(*enabled) + settings
        (self.folder / "clinic.toml").write_text(text, "utf-8")

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        path = {"PYTHONPATH": f"{ROOT}{os.pathsep}{self.site}"}
        return run_command(*arguments, folder=self.folder, environment=path | environment)

    def error(self, *arguments: str, **environment: str) -> str:
        done = self.run(*arguments, **environment)
        assert (done.returncode, done.stdout) == (1, ""), done
        assert "Traceback" not in done.stderr
        message = done.stderr.removeprefix(NEW_KEY).removeprefix("book-online: ").rstrip("\n")
        # The sample's length decides about the lines; tests of the command line expect them.
        return re.sub(r"(?m)^  line [0-9]+: ", "  ", message)
