"""The clinic's file of a draft: a new clinic's commented file, with what another system says in its place."""

import re
import tomllib
from textwrap import wrap

import tomlkit

from booking.catalogue.clinic_file.export.clinic_text import edited_text
from booking.catalogue.clinic_file.mapping import rows_of_clinic_file
from booking.catalogue.clinic_file.model.file import ClinicFile
from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file
from booking.imports.draft import Content, Draft
from booking.imports.notes import Notes

DISPENSABLE = ("email", "website")
"""Keys of `clinic` that may be left out, where the other system has something else there."""
WIDTH = 108
SAMPLES = ("email", "website", "description", "buffer_after", "price", "currency", "time_off")
SAMPLE = re.compile(r"# ([a-z_]+) = ")
SAMPLE_CLOSURE = re.compile(r"# \[\[locations\.closures\]\].*\n(?:# .+\n)+\n")


def draft_text(draft: Draft, template: str) -> str:
    """The text; `template` is the file of a new clinic, whose comments stay. Its head has the draft's notes.

    Raises:
        ClinicFileError: something can't be said in a clinic's file.
        InexpressibleCatalogue: likewise.
    """
    content = draft.content(tomllib.loads(template))
    file = _checked(content, draft.clinic.notes)
    return _head(draft) + edited_text(rows_of_clinic_file(file), _without_samples(template, content))


def _without_samples(template: str, content: Content) -> str:
    """Without the commented samples of keys that are written."""
    practitioner = content["practitioners"][0]
    tables = [content["clinic"], content["services"][0], practitioner]
    written = {key for key in SAMPLES if any(table.get(key) for table in tables)}
    if "hours" in practitioner:
        written.add("breaks")  # They are gaps in the week.
    if content["locations"][0]["closures"]:
        template = SAMPLE_CLOSURE.sub("", template)
    lines = template.splitlines(keepends=True)
    return "".join(line for line in lines if not ((sample := SAMPLE.match(line)) and sample[1] in written))


def _checked(content: Content, notes: Notes) -> ClinicFile:
    try:
        return parse_clinic_file(tomlkit.dumps(content))
    except ClinicFileError as refused:
        wrong = {mistake.path.removeprefix("clinic.") for mistake in refused.mistakes}
        dispensable = [key for key in DISPENSABLE if key in wrong and key in content["clinic"]]
        if not dispensable:
            raise
        for key in dispensable:
            notes.add("Not usable as the clinic's: left out", f"{key}: {content['clinic'].pop(key)}")
        return _checked(content, notes)


def _head(draft: Draft) -> str:
    """Comments that say what to look at, and what the things were there."""
    lines = [
        f"Made from {draft.clinic.system} by `book-online import`. Change what you like, but no slug: by",
        "their slugs `book-online import --visits` finds the services and people of the visits.",
    ]
    if draft.clinic.notes.lines:
        lines += ["", "What could not be taken over as it was:"]
        for line in draft.clinic.notes.lines:
            indent = " " * (len(line) - len(line.lstrip()))
            lines += wrap(line.strip(), WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ")
    return "".join(f"# {line}".rstrip() + "\n" for line in lines) + "\n"
