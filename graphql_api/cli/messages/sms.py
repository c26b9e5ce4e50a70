"""`book-online sms`: a sample of each text message, with its length and what it costs."""

import argparse

from booking.i18n.locales import locales
from booking.notifications.samples.catalogue import catalogue_of_file
from booking.sms.gateway import Price
from booking.sms.samples import sample_texts
from booking.sms.segments import segments_of
from graphql_api.app import system_clock
from graphql_api.cli.clinic_file.files import clinic_of
from graphql_api.cli.command import Commands, add_command, add_verbs, warn
from graphql_api.settings import Settings


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "sms", "text messages to patients")
    preview = add_command(verbs, "preview", _preview, "print samples, their lengths and what they cost")
    preview.add_argument("--language", choices=locales(), help="one of them; otherwise all of the clinic's")


def _preview(arguments: argparse.Namespace, settings: Settings) -> None:
    file = clinic_of(settings).file
    if file.sms is None:
        warn("clinic.toml has no table [sms]: nobody gets a message")
    if settings.sms_gateway is None:
        warn("BOOK_ONLINE_SMS_ACCOUNT is not set: nobody gets a message from this server")
    own = [language for language in file.clinic.languages if language in locales()]
    chosen = [arguments.language] if arguments.language else own or [file.clinic.languages[0]]
    catalogue, most = catalogue_of_file(file), file.sms.sms_most_a_day if file.sms else None
    texts = [
        sample.text
        for language in chosen
        for sample in sample_texts(
            catalogue.clinic, catalogue.services.values(), language, now=system_clock()
        )
    ]
    print("\n\n".join(_described(text, settings.price_of_segment, most) for text in texts))


def _described(text: str, price: Price | None, most: int | None) -> str:
    counted = segments_of(text)
    size = f"{counted.units} of {counted.encoding}, {counted.count} segment{'s' if counted.count > 1 else ''}"
    if price is None:
        return f"{text}\n  {size} (BOOK_ONLINE_SMS_PRICE is not set, so the cost is not known)"
    cost = price.amount * counted.count
    a_day = f", {cost * most} {price.currency} a day at most ({most} messages)" if most else ""
    return f"{text}\n  {size}: {cost} {price.currency}{a_day}"
