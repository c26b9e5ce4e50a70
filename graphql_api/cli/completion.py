"""`book-online completion`: a script by which a shell completes commands, their options and files."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from graphql_api.cli.command import Commands, add_command
from graphql_api.settings import Settings

SHELLS = ("bash", "zsh", "fish")


def add_to(commands: Commands, parser: Callable[[], argparse.ArgumentParser]) -> None:
    """`parser` makes that of the whole command line."""

    def run(arguments: argparse.Namespace, _settings: Settings) -> None:
        import shtab  # No other command needs it.

        whole = parser()
        for action in _actions(whole):
            if action.type is Path:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
        print(shtab.complete(whole, arguments.shell))

    command = add_command(commands, "completion", run, "print a script for a shell's completion")
    command.add_argument("shell", choices=SHELLS, help="whose start-up file runs it")


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # argparse has no other way to them; shtab goes it, too.
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
