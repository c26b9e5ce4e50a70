"""What a patient reads of a service before choosing: its length, visits, way, patients and price."""

from collections.abc import Sequence, Sized
from datetime import timedelta
from decimal import Decimal

from booking.catalogue.eligibility import eligibility_text
from booking.catalogue.lookup import QualifiedOffer
from booking.catalogue.visit_place import REMOTE
from booking.domain.translations import in_language
from booking.i18n.texts import Texts

MINUTE = timedelta(minutes=1)


def service_facts(offers: Sequence[QualifiedOffer], texts: Texts) -> list[str]:
    """`45 min`, `3 visits`, `$110`, of at least one offer of one service.

    From the shortest visit and the lowest price on, where they depend on the practitioner.
    """

    def since(fact: str, values: Sized) -> str:
        return texts("service.from", fact=fact) if len(values) > 1 else fact

    row, lengths = offers[0].service, {offer.duration for offer in offers}
    facts = [since(texts("service.duration", n=min(lengths) // MINUTE), lengths)]
    if row.visits > 1:
        facts.append(texts.count("service.visits", row.visits))
    if row.mode in REMOTE:
        facts.append(texts(REMOTE[row.mode]))
    if who := eligibility_text(row, texts):
        facts.append(who)
    prices = {Decimal(offer.price) for offer in offers if offer.price}
    if prices and row.currency:
        price = since(texts.price(str(min(prices)), row.currency), prices)
        note = in_language(row.price_note, texts.language) if row.price_note else ""
        facts.append(texts("service.price", price=price, note=note) if note else price)
    return facts
