"""The addresses of blocked time and of calendars elsewhere: a practitioner reaches their own alone."""

from starlette.routing import BaseRoute

from desk.blocked_time.calendars import (
    KEEPERS,
    add_one,
    ask_one,
    calendars_page,
    offer_other_times,
    remove_one,
)
from desk.blocked_time.pages import add, block_page, list_page, offer, remove, remove_hours
from desk.http.routing import desk_route
from desk.http.site import DeskSite


def blocked_time_routes(site: DeskSite) -> list[BaseRoute]:
    change = ("POST",)
    return [
        desk_route(site, "/desk/blocked-time", list_page),
        desk_route(site, "/desk/blocked-time", add, methods=change),
        desk_route(site, "/desk/blocked-time/{id}", block_page),
        desk_route(site, "/desk/blocked-time/{id}/offer", offer, methods=change),
        desk_route(site, "/desk/blocked-time/{id}/remove", remove, methods=change),
        desk_route(site, "/desk/extra-hours/{id}/remove", remove_hours, methods=change),
        desk_route(site, "/desk/calendars", calendars_page),
        desk_route(site, "/desk/calendars", add_one, methods=change, roles=KEEPERS),
        desk_route(site, "/desk/calendars/offer", offer_other_times, methods=change),
        desk_route(site, "/desk/calendars/{id}/ask", ask_one, methods=change),
        desk_route(site, "/desk/calendars/{id}/remove", remove_one, methods=change, roles=KEEPERS),
    ]
