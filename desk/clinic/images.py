"""Images of the clinic: a practitioner's photo, and the logo of its mails, shown, uploaded and removed."""

from functools import partial

from starlette.responses import Response

from booking.catalogue.changes.sections import SectionEdit, content_of, images_of, section_in
from booking.catalogue.clinic_file.export.content import Content
from booking.catalogue.clinic_file.export.stored_rows import present_rows
from booking.catalogue.clinic_file.images import logo, photo
from booking.catalogue.clinic_file.parser import ClinicFileError
from booking.clinic_edits.edit import edit_clinic
from booking.domain.errors import NotFound
from desk.clinic.change import make_change
from desk.clinic.edit import show_mistakes
from desk.clinic.screens import CLINIC, IMAGES, screen_of
from desk.http.headers import HEADERS
from desk.http.request import DeskRequest
from desk.http.upload import read_upload

MEDIA_TYPES = {"webp": "image/webp", "png": "image/png", "jpg": "image/jpeg"}
LIMITS = {"practitioners": photo.MAX_BYTES, "mails": logo.MAX_BYTES}


async def image(request: DeskRequest) -> Response:
    """`GET /desk/clinic/images/{name}`: as it is stored."""
    name = request.http.path_params["name"]
    async with request.site.database.read() as session:
        content = images_of(await present_rows(session)).get(name)
    if content is None:
        raise NotFound("There is no such image.")
    return Response(content, headers=HEADERS, media_type=MEDIA_TYPES[name.rpartition(".")[2]])


async def save_image(request: DeskRequest) -> Response:
    """`POST` to a section's address with `/image`: a form with a file, or with `remove`."""
    path = request.http.path_params
    async with request.site.database.read() as session:
        screen = screen_of(path["table"], path.get("slug"), content_of(await present_rows(session)))
    if screen.table not in IMAGES or screen.is_new:
        raise NotFound("There is no image here.")
    upload = await read_upload(request.http, at_most=LIMITS[screen.table])
    key, is_removed = IMAGES[screen.table], bool(upload.form.get("remove"))
    if not is_removed and not upload.name:
        return request.redirect(screen.address)

    def edits(content: Content) -> list[SectionEdit]:
        present = {
            name: value for name, value in (section_in(content, screen.section) or {}).items() if name != key
        }
        return [SectionEdit(screen.section, present if is_removed else present | {key: upload.name})]

    change = partial(
        edit_clinic,
        make_edits=edits,
        seen=None,
        actor=request.actor,
        now=request.now,
        files={upload.name: upload.content},
    )
    try:
        outcome = await make_change(request, change)
    except ClinicFileError as refused:
        return await show_mistakes(request, screen, refused.mistakes)
    return request.redirect(f"{CLINIC}?saved={outcome.act}" if outcome.act else CLINIC)
