"""All addresses of the desk, with whom each is for."""

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from desk.access.account.identity import drop_identity
from desk.access.account.language import change_language
from desk.access.account.notices import change_notices
from desk.access.account.page import account_page
from desk.access.account.passkeys import drop_passkey, new_passkey_challenge, save_passkey
from desk.access.account.password import (
    confirm_app,
    drop_password,
    new_app,
    password_page,
    renew_recovery_codes,
    save_password,
)
from desk.access.account.sessions import end_one, end_others, hide_names
from desk.access.account.sign_out import sign_out
from desk.access.openid.callback import openid_callback
from desk.access.openid.send import send_to_connect, send_to_sign_in
from desk.access.sign_in.link import link_page, use_sign_in_link
from desk.access.sign_in.page import sign_in_page
from desk.access.sign_in.passkey import passkey_challenge, use_passkey
from desk.access.sign_in.password import use_password
from desk.access.staff.accounts import add_account, change_account, staff_page
from desk.blocked_time.routes import blocked_time_routes
from desk.booking.book import book_visit
from desk.booking.choose import BOOK, choose_page
from desk.booking.hold import hold_time, release_time
from desk.clinic.routes import clinic_routes
from desk.day.changes import DayChanges
from desk.day.dates import dated
from desk.day.month import month_page
from desk.day.page import day_page, print_page
from desk.day.week import week_page
from desk.http.built_desk import asset, assets
from desk.http.next_page import DAY
from desk.http.request import OWNERS, DeskRequest
from desk.http.routing import SIGN_IN, desk_route, public_route
from desk.http.site import DeskSite
from desk.numbers.page import numbers_csv, numbers_page
from desk.patients.sample_mails import mails_page, sample_page
from desk.patients.sample_texts import texts_page
from desk.patients.search import patients_page
from desk.patients.waiting_list.routes import waiting_list_routes
from desk.visits.cancel import cancel_visit
from desk.visits.move import move_visit
from desk.visits.note import change_note
from desk.visits.reminders import change_reminders
from desk.visits.sheet import sheet_page
from desk.visits.status import change_status
from desk.visits.undo import undo


def desk_routes(site: DeskSite) -> list[BaseRoute]:
    assets()  # A missing bundle is reported when the server starts.
    change = ("POST",)
    return [
        Route("/desk/assets/{path:path}", asset),
        public_route(site, SIGN_IN, sign_in_page),
        public_route(site, f"{SIGN_IN}/link", link_page),
        public_route(site, f"{SIGN_IN}/link", use_sign_in_link, methods=change),
        public_route(site, f"{SIGN_IN}/openid", send_to_sign_in),
        public_route(site, f"{SIGN_IN}/openid/callback", openid_callback),
        public_route(site, f"{SIGN_IN}/passkey", use_passkey, methods=change),
        public_route(site, f"{SIGN_IN}/passkey/challenge", passkey_challenge, methods=change),
        public_route(site, f"{SIGN_IN}/password", use_password, methods=change),
        desk_route(site, "/desk", _front),
        desk_route(site, "/desk/day", dated(day_page)),
        desk_route(site, "/desk/day/print", dated(print_page)),
        desk_route(site, "/desk/week", dated(week_page)),
        desk_route(site, "/desk/month", dated(month_page)),
        desk_route(site, "/desk/changes", dated(DayChanges(site).respond), is_use=False),
        desk_route(site, "/desk/patients", patients_page),
        desk_route(site, "/desk/visits/{id}", sheet_page),
        desk_route(site, "/desk/visits/{id}/cancel", cancel_visit, methods=change),
        desk_route(site, "/desk/visits/{id}/move", move_visit, methods=change),
        desk_route(site, "/desk/visits/{id}/note", change_note, methods=change),
        desk_route(site, "/desk/visits/{id}/reminders", change_reminders, methods=change),
        desk_route(site, "/desk/visits/{id}/status", change_status, methods=change),
        desk_route(site, BOOK, choose_page),
        desk_route(site, BOOK, book_visit, methods=change),
        desk_route(site, f"{BOOK}/times", choose_page, methods=change),
        desk_route(site, f"{BOOK}/hold", hold_time, methods=change),
        desk_route(site, f"{BOOK}/release", release_time, methods=change),
        desk_route(site, "/desk/numbers", numbers_page),
        desk_route(site, "/desk/numbers.csv", numbers_csv),
        desk_route(site, "/desk/mails", mails_page, roles=OWNERS),
        desk_route(site, "/desk/mails/sample", sample_page, roles=OWNERS),
        desk_route(site, "/desk/mails/texts", texts_page, roles=OWNERS),
        desk_route(site, "/desk/undo", undo, methods=change),
        desk_route(site, "/desk/account", account_page),
        desk_route(site, "/desk/account/hide-names", hide_names, methods=change),
        desk_route(site, "/desk/account/language", change_language, methods=change),
        desk_route(site, "/desk/account/notices", change_notices, methods=change),
        desk_route(site, "/desk/account/sessions/end", end_one, methods=change),
        desk_route(site, "/desk/account/sessions/end-others", end_others, methods=change),
        desk_route(site, "/desk/account/openid", send_to_connect),
        desk_route(site, "/desk/account/openid/remove", drop_identity, methods=change),
        desk_route(site, "/desk/account/passkeys", save_passkey, methods=change),
        desk_route(site, "/desk/account/passkeys/challenge", new_passkey_challenge, methods=change),
        desk_route(site, "/desk/account/passkeys/remove", drop_passkey, methods=change),
        desk_route(site, "/desk/account/password", password_page),
        desk_route(site, "/desk/account/password", save_password, methods=change),
        desk_route(site, "/desk/account/password/remove", drop_password, methods=change),
        desk_route(site, "/desk/account/app", new_app, methods=change),
        desk_route(site, "/desk/account/app/confirm", confirm_app, methods=change),
        desk_route(site, "/desk/account/recovery-codes", renew_recovery_codes, methods=change),
        desk_route(site, "/desk/sign-out", sign_out, methods=change),
        desk_route(site, "/desk/staff", staff_page, roles=OWNERS),
        desk_route(site, "/desk/staff", add_account, methods=change, roles=OWNERS),
        desk_route(site, "/desk/staff/{id}", change_account, methods=change, roles=OWNERS),
        *blocked_time_routes(site),
        *clinic_routes(site),
        *waiting_list_routes(site),
    ]


async def _front(request: DeskRequest) -> Response:
    return request.redirect(DAY)
