"""The texts of the modules, as data in a page."""

import json

from booking.i18n.texts import Texts

BEGINNING = "desk.modules."


def module_texts(texts: Texts) -> str:
    """JSON that may stand inside a `<script type="application/json">`."""
    said = {
        key.removeprefix(BEGINNING): text for key, text in texts.texts.items() if key.startswith(BEGINNING)
    }
    locale = str(texts.locale).replace("_", "-")
    return json.dumps(said | {"locale": locale}, ensure_ascii=False).replace("<", "\\u003c")
