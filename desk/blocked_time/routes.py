"""The addresses of blocked time, for every role: a practitioner reaches their own alone."""

from starlette.routing import BaseRoute

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
    ]
