"""docs/reference/clinic-file.md: every table and key, from the models that read the file."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.markdown import cell, table
from tests.docs.python_source import Member, class_members

MODEL = Path("booking/catalogue/clinic_file/model")

KINDS = {
    "Text": "text",
    "LogoFile": "file",
    "PhotoFile": "file",
    "AboutText": "text",
    "MailText": "text",
    "Line": "line",
    "Slug": "slug",
    "Duration": "duration",
    "Ticks": "duration",
    "WholeDays": "duration",
    "Period": "days, months or years",
    "WholeDaysOrFalse": "duration, or `false`",
    "ClockTime": "time",
    "QuietHours": "two times, or `false`",
    "bool": "`true` or `false`",
    "Day": "date",
    "CalendarDay": "date",
    "Moment": "date, or date and time",
    "Weekly": "times by day",
    "Weeks": "weeks",
    "Every": "weeks, or a year",
    "Times": "times",
    "Zone": "time zone",
    "Country": "country",
    "Region": "region",
    "Email": "e-mail address",
    "HttpUrl": "URL",
    "Language": "language",
    "Amount": "amount",
    "Currency": "currency",
    "Version": "version",
    "Revision": "revision",
    "ServiceType": "code",
    "Outcome": "outcome",
    "WhenUnreachable": "choice",
    "AppointmentMode": "choice",
    "PatientKind": "choice",
    "int": "number",
}
"""The types of the clinic's file, in the page's words."""


def render_clinic_file() -> str:
    """Every table and key of clinic.toml, from the pydantic models that read it."""
    top = _clinic_members("ClinicFile")
    tables = [("Above all tables", [key for key in top if not _sections_in(key.kind)])]
    for key in top:
        if _sections_in(key.kind):
            tables += _clinic_tables(key, prefix="")
    return "\n\n".join(f"## {name}\n{_keys(keys)}" for name, keys in tables)


def _clinic_members(name: str) -> list[Member]:
    """The fields of a section, which one module of the model defines."""
    module = next(path for path in sorted(MODEL.glob("*.py")) if f"class {name}(" in path.read_text("utf-8"))
    return [member for member in class_members(".".join(module.with_suffix("").parts), name) if member.kind]


def _clinic_tables(member: Member, prefix: str) -> Iterator[tuple[str, list[Member]]]:
    """A section's keys, and those of the sections inside it, under their names in TOML."""
    (section,) = _sections_in(member.kind)
    name = f"{prefix}{member.name}"
    keys = _clinic_members(section)
    yield (f"`[[{name}]]`" if "list[" in member.kind else f"`[{name}]`"), keys
    for key in keys:
        if _sections_in(key.kind):
            yield from _clinic_tables(key, prefix=f"{name}.")


def _sections_in(kind: str) -> list[str]:
    return [
        node.id for node in ast.walk(ast.parse(kind)) if isinstance(node, ast.Name) and "Section" in node.id
    ]


def _keys(members: list[Member]) -> str:
    rows = [
        (f"`{_key(member)}`", _clinic_kind(member.kind), _left_out(member), cell(member.text))
        for member in members
    ]
    return table(("key", "type", "may be left out", ""), rows)


def _key(member: Member) -> str:
    """The key in the file: the field's alias, or else its name."""
    alias = re.search(r"alias=['\"](\w+)", member.kind)
    return alias[1] if alias else member.name


def _clinic_kind(kind: str) -> str:
    if sections := _sections_in(kind):
        return "slugs, or tables" if sections == ["OfferSection"] else "tables"
    (name,) = [
        node.id for node in ast.walk(ast.parse(kind)) if isinstance(node, ast.Name) and node.id in KINDS
    ]
    return f"{KINDS[name]}s" if "list[" in kind else KINDS[name]


def _left_out(member: Member) -> str:
    return "" if member.value is None else "yes"
