"""Wheels as their projects build them, without fetching anything."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*command: str, folder: Path = ROOT) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build_wheel(project: Path, to: Path) -> Path:
    """Built by what the project's pyproject.toml names."""
    run(
        *(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(to)),
        folder=project,
    )
    return max(to.glob("*.whl"), key=lambda file: file.stat().st_mtime_ns)


def docker_context_entries() -> list[str]:
    """The files and folders of the checkout that .dockerignore lets into the build of the image."""
    first, *patterns = [
        line
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert (first, patterns.pop()) == ("*", "**/__pycache__"), "this reads only lists of what is let in"
    return [re.fullmatch(r"!([\w.-]+)/?", pattern)[1] for pattern in patterns]  # type: ignore[index]


def copy_docker_context(to: Path) -> None:
    """A copy of what the image is built from; npm's packages are linked, so that none is fetched."""
    for name in docker_context_entries():
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, to / name)
    (to / "node_modules").symlink_to(ROOT / "node_modules")
