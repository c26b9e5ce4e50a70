"""The examples, and what `new-feature` writes, as wheels in a fresh environment, each with its tests."""

import ast
import shutil
import site
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.graphql_api.cli.clinic_file.test_init import OPTIONS
from tests.graphql_api.cli.command_line import run_command
from tests.support.clinics import file_with_features
from tests.support.wheels import build_wheel, run

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(folder for folder in (ROOT / "docs" / "examples").iterdir() if folder.is_dir())
OURS = {"book_online.extend", "book_online.testing"}
ANYBODYS = {"alembic", "httpx", "pydantic", "sqlalchemy", "strawberry"}


INSURANCE = """
  Query.insurancePractitioners
  Appointment.insuranceClaim
  type InsuranceClaim
  problem InsuranceNotAgreed
  loader claims
  rule only_with_an_agreement
  table insurance_claims
  setting insurance.insurers (required)
"""


@dataclass
class Environment:
    """Knows the libraries that ours does, and nothing else but what is installed into it."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def install(self, *wheels: Path) -> None:
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "--quiet"]
        run(*pip, "install", "--no-index", "--no-deps", "--disable-pip-version-check", *map(str, wheels))

    def run(self, *arguments: str, folder: Path = Path("/")) -> str:
        return run(str(self.python), *arguments, folder=folder)

    def mypy(self, *arguments: str, folder: Path) -> str:
        """The libraries are analysed once for all tests, which takes ten seconds."""
        cache = f"--cache-dir={self.folder / 'mypy'}"
        return self.run("-m", "mypy", "--strict", cache, *arguments, folder=folder)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    environment = Environment(folder / "venv")
    (found,) = environment.folder.glob("lib/python*/site-packages")
    # Only as a place to import from: what is installed there for our own work, this project too, is not.
    (found / "libraries.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    environment.install(build_wheel(ROOT, folder))
    yield environment
    shutil.rmtree(folder)


def test_there_are_examples() -> None:
    assert [folder.name for folder in EXAMPLES] == ["aftercare", "crm", "insurance", "room"]


def test_the_examples_work_as_wheels_in_a_fresh_environment(fresh: Environment, tmp_path: Path) -> None:
    fresh.install(*(build_wheel(folder, tmp_path) for folder in EXAMPLES))
    for folder in EXAMPLES:
        shutil.copy(folder / f"test_{folder.name}.py", tmp_path)
    (tmp_path / "clinic.toml").write_text(file_with_features(), "utf-8")

    told = fresh.run("-m", "pytest", "-q", "-p", "no:asyncio", "-W", "error", ".", folder=tmp_path)
    listed = fresh.run("-m", "graphql_api.cli.main", "features", folder=tmp_path)

    assert " passed" in told
    assert [line.split("\t")[0] for line in listed.splitlines() if "\t" in line] == [
        folder.name for folder in EXAMPLES
    ]
    assert INSURANCE in listed
    where = fresh.run("-c", "import booking as a, book_online_room as b; print(a.__file__, b.__file__)")
    assert all(str(fresh.folder) in file for file in where.split())


def test_a_new_clinic_is_made_by_the_installed_command(fresh: Environment, tmp_path: Path) -> None:
    command = ("-m", "graphql_api.cli.main")

    told = fresh.run(*command, "init", *OPTIONS, folder=tmp_path)

    assert "/desk/sign-in/link#" in told
    assert fresh.run(*command, "check", "clinic.toml", folder=tmp_path).startswith("clinic.toml: all is well")


def test_a_type_checker_knows_the_types_of_what_a_feature_imports(fresh: Environment, tmp_path: Path) -> None:
    shutil.copy(ROOT / "docs" / "examples" / "aftercare" / "book_online_aftercare.py", tmp_path)
    lenient = "--allow-untyped-decorators"  # strawberry.field(...) is typed as Any

    report = fresh.mypy(lenient, "book_online_aftercare.py", folder=tmp_path)

    assert report == "Success: no issues found in 1 source file\n"


@pytest.mark.parametrize("name", ["tips", "after_care"])
def test_a_package_written_by_new_feature_installs_and_passes_its_test(
    fresh: Environment, tmp_path: Path, name: str
) -> None:
    told = fresh.run("-m", "graphql_api.cli.main", "new-feature", name, folder=tmp_path)
    project = tmp_path / f"book-online-{name.replace('_', '-')}"
    written = sorted(file.name for file in project.iterdir())

    assert written == [f"book_online_{name}.py", "pyproject.toml", f"test_{name}.py"]
    assert all(file in told for file in written)
    fresh.install(build_wheel(project, tmp_path / "wheels"))
    assert "1 passed" in fresh.run("-m", "pytest", "-q", "-p", "no:asyncio", ".", folder=project)
    assert "no issues found" in fresh.mypy(str(project), folder=tmp_path)
    (tmp_path / "clinic.toml").write_text(file_with_features(name), "utf-8")
    camel = {"tips": "tips", "after_care": "afterCare"}[name]
    printed = fresh.run("-m", "graphql_api.cli.main", "schema", "--with-features", folder=tmp_path)
    assert f"{camel}Hello: String" in printed


@pytest.mark.parametrize("hiding", ["web/__init__.py", "feeds.py"])
def test_a_module_that_hides_one_of_ours_is_named(fresh: Environment, tmp_path: Path, hiding: str) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / hiding).touch()
    command = [str(fresh.python), "-c", "import book_online.testing"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    name = hiding.partition("/")[0].removesuffix(".py")
    told = f"ImportError: {tmp_path / hiding} hides the package {name!r} of Book Online"
    assert done.stderr.splitlines()[-1].startswith(told)


@pytest.mark.parametrize("name", ["clinic", "Tips", "a", "abc_", "after__care"])
def test_an_invalid_feature_name_is_refused_before_a_file_is_written(tmp_path: Path, name: str) -> None:
    done = run_command("new-feature", name, "--in", str(tmp_path), folder=ROOT, environment={})

    assert done.returncode == 1
    assert done.stderr.startswith(f"book-online: '{name}' can't be a feature's name")
    assert list(tmp_path.iterdir()) == []


def test_new_feature_leaves_an_existing_folder_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "book-online-tips").mkdir()
    done = run_command("new-feature", "tips", "--in", str(tmp_path), folder=ROOT, environment={})

    assert done.returncode == 1
    assert done.stderr == (
        f"book-online: {tmp_path / 'book-online-tips'} is there already: "
        "choose another name, or another place with --in\n"
    )


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_imports_only_what_a_feature_may(folder: Path) -> None:
    known = OURS | sys.stdlib_module_names | {file.stem for file in folder.rglob("*.py")}
    imported = {module for file in folder.rglob("*.py") for module in imports(file)}

    assert imported & OURS == OURS
    foreign = {module for module in imported - known if module.partition(".")[0] not in known | ANYBODYS}
    assert {one for one in foreign if not one.startswith(f"book_online_{folder.name}.")} == set()


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
