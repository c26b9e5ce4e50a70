"""A command of `book-online`: its parser, and the function that runs it."""

import argparse
from collections.abc import Callable, Iterable
from typing import TypeAlias

from graphql_api.settings import Settings

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Run = Callable[[argparse.Namespace, Settings], int | None]
"""Run the command, and return its exit status if it is not 0."""


def add_command(commands: Commands, name: str, run: Run, help: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help)
    command.set_defaults(run=run)
    return command


def add_verbs(commands: Commands, name: str, help: str) -> Commands:
    """A command whose verbs are commands: `book-online keys create`."""
    return commands.add_parser(name, help=help).add_subparsers(required=True, metavar="VERB")


def table(rows: Iterable[Iterable[str]], *, if_empty: str) -> str:
    """A line for each row, its columns between tabs."""
    return "\n".join("\t".join(row) for row in rows) or if_empty
