"""The text messages that patients get, as samples with their lengths and prices: `GET /desk/mails/texts`."""

from starlette.responses import Response

from booking.domain.errors import NotFound
from booking.i18n.texts import Texts
from booking.notifications.samples.catalogue import catalogue_of_database
from booking.sms.gateway import Price
from booking.sms.samples import sample_texts
from booking.sms.segments import Segments
from desk.http.request import DeskRequest
from desk.patients.sample_mails import navigation


async def texts_page(request: DeskRequest) -> Response:
    """`?language=`: the clinic's own unless given.

    Raises:
        NotFound: the clinic sends no text messages, or not in this language.
    """
    async with request.site.database.read() as session:
        catalogue = await catalogue_of_database(session)
    clinic = catalogue.clinic
    language = request.form.get("language") or clinic.languages[0]
    if clinic.sms_most_a_day is None or language not in clinic.languages:
        raise NotFound("There are no such text messages.")
    samples = sample_texts(clinic, catalogue.services.values(), language, now=request.now)
    price = request.site.price_of_segment
    return await request.page(
        "patients/texts.html",
        **navigation(catalogue, language, kind=None),
        samples=samples,
        sizes=[_size(request.texts, sample.segments, price) for sample in samples],
    )


def _size(texts: Texts, segments: Segments, price: Price | None) -> str:
    size = texts.count(
        "desk.texts.size", segments.count, units=segments.units, encoding=segments.encoding.value
    )
    if price is None:
        return size
    cost = texts.cost(price.amount * segments.count, price.currency)
    return f"{size} {texts('desk.texts.cost', cost=cost)}"
