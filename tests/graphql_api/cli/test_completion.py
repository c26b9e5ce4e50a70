"""The scripts of `book-online completion`, in the shells that are installed here."""

import shutil
import subprocess
from pathlib import Path

import pytest

from graphql_api.cli.completion import SHELLS
from graphql_api.cli.main import command_parser
from graphql_api.settings import Settings

pytestmark = pytest.mark.processes

ASK = {
    "bash": """source {file}; COMP_WORDS=(book-online {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_shtab_book_online; printf '%s\\n' "${{COMPREPLY[@]}}" """,
    "fish": "source {file}; complete -C 'book-online {words}'",
}


@pytest.fixture(params=SHELLS)
def script(request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    arguments = command_parser().parse_args(["completion", request.param])
    arguments.run(arguments, Settings())
    file = tmp_path / str(request.param)
    file.write_text(capsys.readouterr().out, "utf-8")
    return file


def test_a_shell_completes_commands_options_and_choices(script: Path) -> None:
    shell = shutil.which(script.name)
    if shell is None:
        pytest.skip(f"needs {script.name}")
    subprocess.run([shell, "-n", str(script)], check=True)
    if script.name not in ASK:
        return  # zsh completes for a person at a terminal alone.
    for words, expected in (("outb", "outbox"), ("serve --wor", "--workers"), ("completion f", "fish")):
        command = ASK[script.name].format(file=script, words=words)
        done = subprocess.run([shell, "-c", command], capture_output=True, text=True, check=True)
        assert [line.split("\t")[0] for line in done.stdout.splitlines()] == [expected], done.stderr


def test_a_file_is_completed_where_a_command_takes_one(script: Path) -> None:
    offers = {"bash": "_shtab_compgen_files", "zsh": "_files", "fish": "__fish_complete_path"}
    assert offers[script.name] in script.read_text("utf-8")
