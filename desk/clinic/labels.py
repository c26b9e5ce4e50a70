"""The words beside the fields of a section: labels, help, and the lead of the whole."""

from booking.i18n.texts import Texts

FIELD, HELP, LEAD = "desk.clinic.field.", "desk.clinic.help.", "desk.clinic.lead."
"""The beginnings of their keys; the name of a field follows, maybe behind that of its table."""


def label_of(table: str, key: str, texts: Texts) -> str:
    own = f"{FIELD}{table}.{key}"
    return texts(own if own in texts.texts else FIELD + key)


def help_of(table: str, key: str, texts: Texts) -> str:
    """ "" where the label says it all."""
    for name in (f"{HELP}{table}.{key}", HELP + key):
        if name in texts.texts:
            return texts(name)
    return ""


def lead_of(table: str, texts: Texts) -> str:
    """ "" where the title says it all."""
    return texts(LEAD + table) if LEAD + table in texts.texts else ""
