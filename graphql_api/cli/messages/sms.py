"""`book-online sms`: a sample of each text message, with its length and what it costs."""

import argparse
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from booking.catalogue.clinic_file.model import ClinicFile
from booking.domain.translations import in_language
from booking.i18n.locales import locales, texts_for
from booking.i18n.negotiation import preferred_language
from booking.sms.gateway import Price
from booking.sms.reminder import TextedTime, reminder_text
from booking.sms.segments import segments_of
from graphql_api.app import system_clock
from graphql_api.cli.clinic_file.files import clinic_of
from graphql_api.cli.command import Commands, add_command, add_verbs, warn
from graphql_api.settings import Settings

LONGEST_DAYS = 366


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
    most = file.sms.sms_most_a_day if file.sms else None
    print("\n\n".join(_described(text, settings.price_of_segment, most) for text in _samples(file, chosen)))


def _samples(file: ClinicFile, languages: list[str]) -> Iterator[str]:
    """With the longest day and time of a year: the shortest would promise too little."""
    zone = ZoneInfo(file.clinic.time_zone)
    today = system_clock().astimezone(zone).replace(hour=22, minute=45, second=0, microsecond=0)
    for language in languages:
        texts, own = texts_for(language), preferred_language(language, file.clinic.languages)
        days = [today + timedelta(days=number) for number in range(LONGEST_DAYS)]
        day = max(days, key=lambda day: len(texts.day_and_time(day)))
        names = [_in(service.name, own) for service in file.services]
        service = max(names, key=len) if file.sms and file.sms.sms_names_service else ""
        one = [TextedTime(day, service)]
        two = [TextedTime(day - timedelta(hours=1), service), *one]
        for times in (one, two):
            yield reminder_text(
                texts,
                clinic=_in(file.clinic.name, own),
                phone=file.clinic.phone,
                times=times,
                is_confirmed=False,
            )


def _in(text: dict[str, str], language: str) -> str:
    return text[""] if "" in text else in_language(text, language)


def _described(text: str, price: Price | None, most: int | None) -> str:
    counted = segments_of(text)
    size = f"{counted.units} of {counted.encoding}, {counted.count} segment{'s' if counted.count > 1 else ''}"
    if price is None:
        return f"{text}\n  {size} (BOOK_ONLINE_SMS_PRICE is not set, so the cost is not known)"
    cost = price.amount * counted.count
    a_day = f", {cost * most} {price.currency} a day at most ({most} messages)" if most else ""
    return f"{text}\n  {size}: {cost} {price.currency}{a_day}"
