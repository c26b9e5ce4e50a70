"""Jinja as all pages use it: escaped, and strict about names."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from booking.i18n.locales import locales


def template_environment(folder: Path) -> Environment:
    """The templates in a folder; a name that no value was given for is an error."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["locales"] = locales
    return environment
