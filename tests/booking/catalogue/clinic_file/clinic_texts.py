"""Texts of clinic files: written as TOML, and the mistakes and keys in them."""

from datetime import date
from typing import Any

import pytest
from pydantic import BaseModel

from booking.catalogue.clinic_file.parser import ClinicFileError, parse_clinic_file


def mistakes(text: str) -> list[str]:
    with pytest.raises(ClinicFileError) as caught:
        parse_clinic_file(text)
    return [str(mistake) for mistake in caught.value.mistakes]


def as_toml(value: Any, *, top: bool = True) -> str:
    """Plain TOML with everything inline, good enough to be read again."""
    if top:
        return "\n".join(f"{key} = {as_toml(child, top=False)}" for key, child in value.items())
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {as_toml(child, top=False)}' for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_toml(child, top=False) for child in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = "".join(
            f"\\U{ord(char):08X}" if not 0xD800 <= ord(char) < 0xE000 else "?" for char in value
        )
        return f'"{escaped}"'
    if isinstance(value, date):
        return value.isoformat()
    return "nil" if value is None else str(value)


def keys(model: type[BaseModel]) -> set[str]:
    found = {field.alias or name for name, field in model.model_fields.items()}
    for field in model.model_fields.values():
        for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel):
                found |= keys(part)
    return found
