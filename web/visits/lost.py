"""Who has lost the link to a visit: it is mailed again, or opened by what is left of it."""

from functools import partial
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from booking.domain.errors import InvalidInput, NoMails
from booking.domain.tokens import token_in
from booking.i18n.locales import texts_for
from booking.patients.lost_link import send_link_again
from rendering.form import BadForm, Form, read_form
from rendering.headers import PRIVATE, SECURITY
from rendering.language import language_of
from web.noscript.request import NoscriptSite
from web.pages import LOST_LINK_PATH, MANAGE_PATH, templates


def lost_link_routes(site: NoscriptSite) -> list[BaseRoute]:
    return [
        Route(LOST_LINK_PATH, partial(_lost_link, site), methods=["GET", "POST"]),
        Route(MANAGE_PATH, _open_link, methods=["POST"]),
    ]


async def _open_link(http: Request) -> Response:
    """`POST /manage` with the `link` of a mail: its pages without a script."""
    try:
        token = token_in((await read_form(http)).get("link"))
    except BadForm:
        token = ""
    is_token = token.isalnum() and token.isascii()
    path = f"/visits/{token}" if is_token else LOST_LINK_PATH
    return RedirectResponse(
        f"{path}?lang={language_of(http)}", HTTPStatus.SEE_OTHER, headers=SECURITY | PRIVATE
    )


async def _lost_link(site: NoscriptSite, http: Request) -> Response:
    """`GET` asks for the reference and the address; `POST` says the same whether they name a visit or not."""
    site.charge(http)
    if http.method != "POST":
        return await _page(site, http)
    try:
        form = await read_form(http)
    except BadForm:
        return await _page(site, http)
    reference, email = form.get("reference"), form.get("email")
    try:
        await send_link_again(site.database, reference, email, source=site.source(http), clock=site.now)
    except InvalidInput as mistake:
        wrong = "lost.badReference" if "reference" in mistake.path else "details.badEmail"
        return await _page(site, http, form=form, wrong=wrong)
    except NoMails:
        return await _page(site, http, form=form, wrong="lost.noMails")
    return await _page(site, http, is_done=True)


async def _page(
    site: NoscriptSite, http: Request, *, form: Form | None = None, wrong: str = "", is_done: bool = False
) -> Response:
    texts, form = texts_for(language_of(http)), form or Form()
    html = templates.get_template("visits/lost.html").render(
        clinic=await site.cards(texts.language),
        text=texts,
        reference=form.get("reference"),
        email=form.get("email"),
        wrong=wrong,
        is_done=is_done,
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return HTMLResponse(html, status, headers=SECURITY | PRIVATE | {"Content-Language": texts.language})
