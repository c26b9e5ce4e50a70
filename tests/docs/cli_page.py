"""docs/reference/cli.md: every command with its arguments, as argparse knows them."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from graphql_api.cli.main import command_parser
from tests.docs.markdown import cell, sentence, table


def render_cli() -> str:
    """Every command with its arguments, as argparse knows them."""
    sections = [_command_section(*command) for command in _leaf_commands(command_parser())]
    return "\n\n".join(sections)


def _leaf_commands(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, sub in action.choices.items():
                verbs = list(_leaf_commands(sub))
                yield from verbs or [(sub.prog, helps[name], sub)]


def _command_section(name: str, help: str, parser: argparse.ArgumentParser) -> str:
    arguments = [action for action in parser._actions if action.dest != "help"]
    rows = [(_spelling(action), cell(action.help or ""), _argument_default(action)) for action in arguments]
    listed = table(("argument", "", "without it"), rows) if rows else ""
    return f"## `{name}`\n{sentence(help)}\n\n{listed}".rstrip()


def _spelling(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else action.metavar or action.dest.upper()
    return f"`{' '.join([*action.option_strings[:1], str(value)]).strip()}`"


def _argument_default(action: argparse.Action) -> str:
    if action.required:
        return "required"
    return f"`{action.default}`" if action.default not in (None, False, "", Path()) else ""
