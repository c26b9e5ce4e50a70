"""docs/reference/settings.md: every environment variable of a server, with its default."""

from graphql_api.settings import Settings, variable_name
from tests.docs.markdown import cell, table
from tests.docs.python_source import Member, class_members


def render_settings() -> str:
    rows = [
        (f"`{variable_name(member.name)}`", _default(member), cell(member.text))
        for member in class_members("graphql_api.settings", "Settings")
    ]
    return table(("variable", "without it", ""), rows)


def _default(member: Member) -> str:
    """As an operator would write it."""
    value = getattr(Settings(), member.name)
    if isinstance(value, bool):
        return f"`{value:d}`"
    return f"`{value}`" if value else ""
