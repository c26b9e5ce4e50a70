"""The project's public face: its metadata, its workflow and its templates agree."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def versions_in_classifiers() -> list[str]:
    versions = (
        classifier.removeprefix("Programming Language :: Python :: 3.") for classifier in classifiers()
    )
    return [f"3.{version}" for version in versions if version.isdecimal()]


def classifiers() -> list[str]:
    listed: list[str] = PROJECT["classifiers"]
    return listed


def test_the_workflow_tests_every_python_that_the_package_names() -> None:
    for job in WORKFLOW["jobs"].values():
        assert job["strategy"]["matrix"]["python"] == versions_in_classifiers()
    assert PROJECT["requires-python"] == f">={versions_in_classifiers()[0]}"


def test_the_workflow_runs_targets_that_make_has() -> None:
    commands = [step.get("run", "") for job in WORKFLOW["jobs"].values() for step in job["steps"]]
    targets = re.findall(r"^make ([a-z-]+)", "\n".join(commands), re.MULTILINE)
    assert targets == ["test", "wheel"]
    assert [target for target in targets if f".PHONY: {target}\n" not in MAKEFILE] == []


def test_every_hook_before_a_commit_is_a_tool_of_ours() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert [repository["repo"] for repository in hooks] == ["local"]
    assert all(hook["entry"].startswith(".venv/bin/") for hook in hooks[0]["hooks"])


def test_every_issue_template_is_valid_yaml() -> None:
    for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"):
        template = yaml.safe_load(path.read_text("utf-8"))
        assert {"name", "description", "body"} <= template.keys()
