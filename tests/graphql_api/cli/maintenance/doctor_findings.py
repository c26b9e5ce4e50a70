"""The findings of `book-online doctor`, as its tests read them."""

import json

from tests.graphql_api.cli.access.clinic_commands import ClinicCommands

Found = dict[str, tuple[str, str]]
"""Of each subject the level and the sentence of its last finding."""


async def examined(clinic: ClinicCommands, **environment: str) -> tuple[int, Found]:
    """The exit status, and what was found."""
    done = await clinic.run("doctor", "--json", **environment)
    found = {each["subject"]: (each["level"], each["sentence"]) for each in json.loads(done.stdout)}
    return done.returncode, found


async def problem(clinic: ClinicCommands, subject: str, **environment: str) -> str:
    """The sentence about the subject, in which the only problem is."""
    status, found = await examined(clinic, **environment)
    assert (status, [name for name, (level, _) in found.items() if level == "problem"]) == (1, [subject])
    return found[subject][1]
