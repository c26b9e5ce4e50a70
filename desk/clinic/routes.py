"""The addresses of the clinic's screens, for its owners alone."""

from starlette.routing import BaseRoute

from desk.clinic.care import CARE, care_page
from desk.clinic.edit import edit_page, save
from desk.clinic.history import HISTORY, history_page, undo
from desk.clinic.images import image, save_image
from desk.clinic.overview import change_list, overview_page
from desk.clinic.screens import CLINIC
from desk.http.request import OWNERS
from desk.http.routing import desk_route
from desk.http.site import DeskSite


def clinic_routes(site: DeskSite) -> list[BaseRoute]:
    change = ("POST",)
    section, item = f"{CLINIC}/{{table}}", f"{CLINIC}/{{table}}/{{slug}}"
    return [
        desk_route(site, CLINIC, overview_page, roles=OWNERS),
        desk_route(site, CARE, care_page, roles=OWNERS),
        desk_route(site, HISTORY, history_page, roles=OWNERS),
        desk_route(site, f"{HISTORY}/{{act}}/undo", undo, methods=change, roles=OWNERS),
        desk_route(site, f"{CLINIC}/images/{{name:path}}", image, roles=OWNERS),
        desk_route(site, f"{section}/image", save_image, methods=change, roles=OWNERS, takes_file=True),
        desk_route(site, f"{item}/image", save_image, methods=change, roles=OWNERS, takes_file=True),
        desk_route(site, section, edit_page, roles=OWNERS),
        desk_route(site, section, save, methods=change, roles=OWNERS),
        desk_route(site, item, edit_page, roles=OWNERS),
        desk_route(site, item, save, methods=change, roles=OWNERS),
        desk_route(site, f"{item}/list", change_list, methods=change, roles=OWNERS),
    ]
