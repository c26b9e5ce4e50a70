"""The texts of the modules, as data in a page."""

import json

from markupsafe import Markup

from booking.i18n.texts import Texts

BEGINNING = "desk.modules."


def module_texts(texts: Texts) -> Markup:
    """A data block of JSON, which no `<` can end."""
    said = {
        key.removeprefix(BEGINNING): text for key, text in texts.texts.items() if key.startswith(BEGINNING)
    }
    data = json.dumps(said | {"locale": texts.tag}, ensure_ascii=False).replace("<", "\\u003c")
    return Markup(f'<script type="application/json" id="texts">{data}</script>')  # noqa: S704
