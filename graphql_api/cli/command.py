"""A command of `book-online`: its parser, and the function that runs it."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

from graphql_api.settings import Settings

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Run = Callable[[argparse.Namespace, Settings], int]
"""Run the command and return its exit status."""


def add_command(commands: Commands, name: str, run: Run, help: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help)
    command.set_defaults(run=run)
    return command


def add_verbs(commands: Commands, name: str, help: str) -> Commands:
    """A command whose verbs are commands: `book-online keys create`."""
    return commands.add_parser(name, help=help).add_subparsers(required=True, metavar="VERB")
