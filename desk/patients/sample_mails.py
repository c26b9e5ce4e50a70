"""The mails that the clinic sends, as samples: `GET /desk/mails`, and each one's HTML for a frame."""

from http import HTTPStatus
from typing import Any

from starlette.responses import HTMLResponse, Response

from booking.i18n.locales import locales
from booking.notifications.samples.catalogue import SampleCatalogue, catalogue_of_database
from booking.notifications.samples.registry import (
    SAMPLE_MAILS,
    SENDER,
    MailParts,
    SampleRequest,
    parts_of,
    sample_mail,
    sent_kinds,
)
from desk.http.headers import HEADERS
from desk.http.request import DeskRequest

FRAMES = {"Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; frame-src 'self'"}
SAMPLE = HEADERS | {
    # As in a mail program: nothing runs, nothing is loaded, and a link opens nothing.
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'"
    )
}
NEW_WINDOW = '<head>\n<base target="_blank">'
"""Which a sandbox lets no link open; in the frame itself a page of ours would take the mail's place."""


async def mails_page(request: DeskRequest) -> Response:
    """`?kind=` and `?language=`: the first of each unless given."""
    catalogue, kind, language, mail = await _chosen(request)
    response = await request.page(
        "patients/mails.html",
        **navigation(catalogue, language, kind=kind),
        mail=mail,
        sender=request.site.mail_sender,
    )
    response.headers.update(FRAMES)
    return response


async def sample_page(request: DeskRequest) -> Response:
    """`GET /desk/mails/sample`: the HTML alone, of the same `kind` and `language`."""
    _, _, language, mail = await _chosen(request)
    html = mail.html.replace("<head>", NEW_WINDOW, 1)
    return HTMLResponse(html, HTTPStatus.OK, headers=SAMPLE | {"Content-Language": language})


def navigation(catalogue: SampleCatalogue, language: str, *, kind: str | None) -> dict[str, Any]:
    """The values of `patients/mails_shell.html`; `kind` is None on the page of text messages."""
    known, groups = locales(), dict[str, list[str]]()
    for each in sent_kinds(catalogue):
        groups.setdefault(SAMPLE_MAILS[each].audience, []).append(each)
    return {
        "groups": groups,
        "kind": kind,
        "language": language,
        "offered": {each: known[each].name if each in known else each for each in catalogue.clinic.languages},
        "sends_texts": catalogue.clinic.sms_most_a_day is not None,
    }


async def _chosen(request: DeskRequest) -> tuple[SampleCatalogue, str, str, MailParts]:
    """The catalogue, the kind, the language, and the mail.

    Raises:
        NotFound: there is no such mail.
    """
    async with request.site.database.read() as session:
        catalogue = await catalogue_of_database(session)
    kind = request.form.get("kind") or sent_kinds(catalogue)[0]
    language = request.form.get("language") or catalogue.clinic.languages[0]
    sender = request.site.mail_sender
    address = sender.addr_spec if sender else SENDER
    sample = SampleRequest(catalogue, language, request.site.url, request.now, address)
    return catalogue, kind, language, parts_of(sample_mail(kind, sample))
