"""The addresses of the waiting list: a practitioner reaches entries that wait for them alone."""

from starlette.routing import BaseRoute

from desk.http.routing import desk_route
from desk.http.site import DeskSite
from desk.patients.waiting_list.add import ADD, add_one, add_page, questions_page
from desk.patients.waiting_list.page import LIST, end_one, list_page


def waiting_list_routes(site: DeskSite) -> list[BaseRoute]:
    change = ("POST",)
    return [
        desk_route(site, LIST, list_page),
        desk_route(site, LIST, add_one, methods=change),
        desk_route(site, ADD, add_page),
        desk_route(site, f"{LIST}/questions", questions_page, methods=change),
        desk_route(site, f"{LIST}/{{id}}/end", end_one, methods=change),
    ]
