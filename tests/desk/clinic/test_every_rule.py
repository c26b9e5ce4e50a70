"""Each rule of `book-online check` is reached by a screen, and told at the field where it is broken."""

import html
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from booking.i18n.locales import FOLDER
from tests.booking.catalogue.clinic_file.images import png
from tests.desk.clinic.clinic_screens import catalogue, send
from tests.desk.clinic.test_images import upload
from tests.desk.desk_server import Desk

TEXTS: Mapping[str, str] = json.loads((Path(FOLDER) / "en.json").read_text("utf-8"))["check"]
WORDS = {"weekday", "length", "quoted"}
"""Beginnings of keys that are parts of sentences."""
OF_A_FILE = {
    *("string", "list", "table", "bool", "enum", "toml", "revision", "fewItems", "slugTwice"),
    *("unknownKey", "unknownTable", "feature", "week", "week.list", "week.twice", "days", "days.backwards"),
    *("empty", "text", "times", "breakOutside", "every", "weeks", "timeOff.wallClock", "languages.surplus"),
    *("namedTwice", "askedTwice", "noQuestion", "noService", "whichLocation", "noLocation"),
    *("logo", "logo.elsewhere", "photo", "photo.elsewhere", "file.noFolder", "file.missing"),
    *("file.unreadable", "character", "text.empty", "languages.several", "duration", "period"),
}
"""Of the spelling of a file: the screens have choices, inputs for each language, and slugs of their own."""
OF_AN_IMAGE = {
    *("photo.manyPixels", "photo.damaged", "image.wide", "image.cutOff", "image.cutOffOrDamaged"),
    *("image.damaged", "image.turned", "image.coloursOfPrint", "image.otherFormat", "photo.large"),
}
"""Told by the same code as their neighbours below; each has a test of the file's."""
WARNINGS = {
    *("noWords", "noticeBeyondHorizon", "textsWithoutReminders", "reminderInQuietHours", "nobodyReminded"),
    *("offersAfterOthers", "nothingOffered", "nobodyCertified", "longerThanShifts", "closureOver"),
    *("notNeeded", "hoursOver", "hoursEnded", "hoursEnd", "nobodyBooks", "certificateExpired"),
    *("certificateExpires", "wayTooShort"),
}
"""Allowed, and told by `/desk/clinic/care`."""

CASES = tomllib.loads((Path(__file__).parent / "every_rule.toml").read_text("utf-8"))["broken"]
WEST = {
    "name.en": "Sample west",
    "name.fr": "Ouest d’exemple",
    "address": "2 Sample Street",
    "hours.sat.from": "06:00",
    "hours.sat.to": "22:00",
    "hours.wed.from": "06:00",
    "hours.wed.to": "22:00",
}
UPLOADS = [
    ("image.noImage", "mails", b"no image"),
    ("image.narrow", "mails", png(8, 8)),
    ("image.large", "mails", png(240, 64) + b"x" * 110_000),
    ("photo.otherFormat", "practitioners/sample-practitioner-e", b"GIF89a"),
    ("photo.fewPixels", "practitioners/sample-practitioner-e", png(40, 40)),
]


def told(page: str, rule: str, field: str) -> bool:
    """Whether the rule's sentence stands at the field; at none, above the form."""
    sentence = re.escape(TEXTS[f"check.{rule}"])
    pattern = re.sub(r"\\\{\w+\\\}", ".+?", sentence)
    place = page.partition(f'id="{field.replace(".", "-")}-wrong"')[2] if field else page
    text = html.unescape(place.partition("</ul>")[0] if field else place)
    return re.search(pattern, text) is not None


async def test_each_rule_is_told_where_it_is_broken(desk: Desk) -> None:
    owner = await desk.signed_in()
    first = {"on": "1", "version": "2027-01", "text.en": "We plan.", "text.fr": "Nous planifions."}
    assert (await send(owner, "/desk/clinic/consent", first)).status_code == 303
    assert (await send(owner, "/desk/clinic/consent", {"on": []})).status_code == 303
    added = await send(owner, "/desk/clinic/locations/new", WEST)
    assert added.status_code == 303, added.text
    west = (await catalogue(desk))["locations"][1]["slug"]
    former = await catalogue(desk)
    missed = []

    for case in CASES:
        typed = {name: west if value == "west" else value for name, value in case["typed"].items()}
        refused = await send(owner, f"/desk/clinic/{case['screen']}", typed)
        if refused.status_code != 422 or not told(refused.text, case["rule"], case["field"]):
            missed.append((case["rule"], re.findall(r'(?s)id="([\w-]+)-wrong">(.*?)</ul>', refused.text)))
    for rule, screen, content in UPLOADS:
        refused = await upload(owner, f"/desk/clinic/{screen}", content)
        if refused.status_code != 422 or not told(refused.text, rule, "image"):
            missed.append((rule, []))

    assert missed == []
    assert await catalogue(desk) == former


def test_no_rule_is_left_out() -> None:
    tried = {case["rule"] for case in CASES} | {rule for rule, _, _ in UPLOADS}
    known = {re.sub(r"\.(one|other)$", "", key.removeprefix("check.")) for key in TEXTS}
    rules = {key for key in known if key.partition(".")[0] not in WORDS}
    own = {key for key in rules if key.partition(".")[0] in {"feature", "unknownKey", "unknownTable"}}

    assert rules - own - tried - OF_A_FILE - OF_AN_IMAGE - WARNINGS == {"phone"}
    assert tried & (OF_A_FILE | OF_AN_IMAGE | WARNINGS) == set()
