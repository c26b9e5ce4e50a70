"""The screen of a section: shown, previewed, and saved once nothing is wrong and nothing is left to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from starlette.responses import Response

from booking.catalogue.changes.sections import content_of, section_in, with_edits
from booking.catalogue.clinic_file.export.content import Content, file_content
from booking.catalogue.clinic_file.export.stored_rows import present_rows
from booking.catalogue.clinic_file.parser import ClinicFileError, Mistake
from booking.clinic_edits.edit import ChangedMeanwhile, Seen, edit_clinic
from booking.storage.queries.audit import last_catalogue_change
from booking.storage.session import BookingSession
from desk.clinic.change import AsksAboutVisits, Previewed, make_change, visits_page, with_place
from desk.clinic.differences import Difference, Editors, differences
from desk.clinic.form import Mistakes, SectionForm
from desk.clinic.labels import help_of, label_of, lead_of
from desk.clinic.preview import PREVIEWS, Preview, preview_of
from desk.clinic.screens import CLINIC, Screen, choices_of, defaults_of, screen_of
from desk.http.identifiers import number_in
from desk.http.request import DeskRequest

PREVIEW = "preview"


@dataclass(frozen=True)
class Present:
    """The catalogue as it is, and the id of its newest change."""

    content: Content
    explicit: Content
    change: int

    @classmethod
    async def read(cls, session: BookingSession) -> "Present":
        rows = await present_rows(session)
        return cls(content_of(rows), file_content(rows).explicit, await last_catalogue_change(session))


async def edit_page(request: DeskRequest) -> Response:
    """`GET /desk/clinic/{table}`, and with `/{slug}` or `/new` for an item of a list."""
    async with request.site.database.read() as session:
        present = await Present.read(session)
        screen = _screen(request, present)
        if screen.is_new:
            values = dict(defaults_of(screen.table))
            form, preview = SectionForm(screen, values, _only_practitioner(screen, present)), None
        else:
            stored = section_in(present.explicit, screen.section)
            form = SectionForm.of_content(screen, present.content, stored)
            preview = await preview_of(session, form, request, present.content)
    return await _page(request, form, present, preview=preview)


async def save(request: DeskRequest) -> Response:
    """`POST` to the same: `do=preview` changes nothing; over visits it shows them, and asks."""
    async with request.site.database.read() as session:
        present = await Present.read(session)
    screen = _screen(request, present)
    choices = choices_of(present.content, request.texts.language)
    stored = section_in(present.content, screen.section)
    form = SectionForm.of_typed(screen, request.form, choices, stored)
    is_preview = request.form.get("do") == PREVIEW
    try:
        outcome = await make_change(
            request,
            partial(
                edit_clinic,
                make_edits=form.edits,
                seen=Seen(number_in(request.form.get("seen")) or 0, form.concerns),
                actor=request.actor,
                now=request.now,
            ),
            preview=partial(preview_of, form=form, request=request, before=present.content)
            if is_preview
            else None,
        )
    except ClinicFileError as refused:
        edited = with_edits(present.content, form.edits(present.content))
        return await _page(request, form, present, mistakes=Mistakes.of(refused.mistakes, form, edited))
    except ChangedMeanwhile as refused:
        editors = await Editors.read(request)
        found = [line for each in refused.changes for line in differences(each, request.texts, editors)]
        return await _page(request, form, present, meanwhile=found)
    except Previewed as tried:
        return await _page(request, form, present, preview=tried.preview)
    except AsksAboutVisits as asking:
        return await visits_page(request, asking.visits, action=screen.address, back=screen.address)
    return request.redirect(f"{CLINIC}?saved={outcome.act}" if outcome.act else CLINIC)


async def show_mistakes(request: DeskRequest, screen: Screen, found: Sequence[Mistake]) -> Response:
    """The screen as it is, with mistakes of what was sent from it beside its form."""
    async with request.site.database.read() as session:
        present = await Present.read(session)
    form = SectionForm.of_content(screen, present.content, section_in(present.explicit, screen.section))
    return await _page(request, form, present, mistakes=Mistakes.of(found, form, present.content))


async def _page(
    request: DeskRequest,
    form: SectionForm,
    present: Present,
    *,
    mistakes: Mistakes | None = None,
    meanwhile: Sequence[Difference] = (),
    preview: Preview | None = None,
) -> Response:
    is_wrong = bool(mistakes or meanwhile)
    return await request.page(
        "clinic/edit.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK,
        screen=form.screen,
        form=form,
        choices=choices_of(present.content, request.texts.language),
        mistakes=mistakes or Mistakes({}, []),
        meanwhile=meanwhile,
        preview=preview,
        has_preview=form.screen.table in PREVIEWS,
        is_tried=request.form.get("do") == PREVIEW,
        seen=present.change,
        name=_name(form, present, request),
        labels=partial(label_of, texts=request.texts),
        helps=partial(help_of, texts=request.texts),
        with_place=partial(with_place, texts=request.texts),
        leads=partial(lead_of, texts=request.texts),
        more_spans=1 if request.form.get("more") else 0,
    )


def _name(form: SectionForm, present: Present, request: DeskRequest) -> str:
    if not form.screen.slug:
        return ""
    items = choices_of(present.content, request.texts.language).items[form.screen.table]
    return next((each.text for each in items if each.value == form.screen.slug), "")


def _screen(request: DeskRequest, present: Present) -> Screen:
    path = request.http.path_params
    return screen_of(path["table"], path.get("slug"), present.content)


def _only_practitioner(screen: Screen, present: Present) -> list[str]:
    """Where there is one practitioner, a new service is theirs."""
    slugs = [item["slug"] for item in present.content["practitioners"]]
    return slugs if screen.table == "services" and len(slugs) == 1 else []
