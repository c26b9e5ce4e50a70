"""`book-online doctor`: what is wrong with a server's settings and what is around it, and what to do."""

import argparse
from dataclasses import asdict

from graphql_api.app import system_clock
from graphql_api.cli.command import Commands, add_command, add_json, as_json, table
from graphql_api.cli.maintenance.checks import examine
from graphql_api.cli.maintenance.findings import Level
from graphql_api.settings import Settings


def add_to(commands: Commands) -> None:
    purpose = "find what is wrong around a server, say what to do, and fail if there is a problem"
    command = add_command(commands, "doctor", _doctor, purpose)
    add_json(command, "print the findings as JSON")


def _doctor(arguments: argparse.Namespace, settings: Settings) -> int:
    findings = list(examine(settings, now=system_clock()))
    if arguments.json:
        print(as_json(asdict(finding) for finding in findings))
    else:
        print(table(((each.level, each.subject, each.sentence) for each in findings), if_empty=""))
    return 1 if any(each.level is Level.PROBLEM for each in findings) else 0
