"""The pages of blocked time: what is coming, a form to add to it, and a block with the visits in its way."""

from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.responses import Response

from booking.appointments.blocked_time.block import block_time, remove_block
from booking.appointments.blocked_time.coming import (
    ComingBlock,
    coming_blocks,
    coming_extra_hours,
    series_of_block,
    standing_block,
    standing_extra_hours,
    visits_of_block,
)
from booking.appointments.blocked_time.extra_hours import add_extra_hours, remove_extra_hours
from booking.appointments.blocked_time.offer import offer_times
from booking.domain.errors import InvalidInput, NotFound
from booking.storage.queries.catalogue import listed_locations
from booking.storage.queries.desk.blocked_time import DeskTime
from booking.storage.queries.desk.busy_calendars import busy_calendars
from booking.timegrid.ticks import instant_at, tick_at
from desk.blocked_time.form import KINDS, BlockForm, Mistake, Over
from desk.blocked_time.views import BlockWords, all_slugs
from desk.blocked_time.visit_lines import visit_lines
from desk.http.identifiers import id_in
from desk.http.request import DeskRequest
from desk.visits.undo import undo_offer

LIST = "/desk/blocked-time"


async def list_page(request: DeskRequest) -> Response:
    """`GET /desk/blocked-time`, where `?practitioner=&day=&from=&to=` fill in the form."""
    return await _list(request, BlockForm.read(request.form))


async def _list(request: DeskRequest, form: BlockForm, mistake: Mistake | None = None) -> Response:
    async with request.site.database.read() as session:
        words = await BlockWords.of(session, request.texts)
        practitioners = words.practitioner_choices(request.only_practitioner)
        slugs = all_slugs(practitioners)
        blocks = [words.block(each) for each in await coming_blocks(session, slugs, now=request.now)]
        hours = [words.extra_hours(row) for row in await coming_extra_hours(session, slugs, now=request.now)]
        undo = await undo_offer(session, request)
        calendars = await busy_calendars(session, slugs)
    return await request.page(
        "blocked_time/list.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if mistake else HTTPStatus.OK,
        form=form,
        mistake=mistake,
        kinds=KINDS,
        practitioners=practitioners,
        locations=words.location_choices(),
        blocks=blocks,
        extra_hours=hours,
        undo=undo,
        unreadable_calendars=sum(each.failing_since is not None for each in calendars),
        words=words,
        today=request.now.astimezone(words.clinic_zone).date(),
        from_now=f"{_last_tick(request.now).astimezone(words.clinic_zone):%H:%M}",
    )


async def add(request: DeskRequest) -> Response:
    """`POST /desk/blocked-time`: over visits it shows them, and asks."""
    form = BlockForm.read(request.form)
    only = request.only_practitioner
    if only not in (None, form["practitioner"]):
        refusal = NotFound("There is no such practitioner.", path=("practitionerId",))
        return await _list(request, form, Mistake.of(refusal, request.texts))
    try:
        if form.is_extra:
            return await _add_extra_hours(request, form)
        return await _block(request, form)
    except (InvalidInput, NotFound) as refusal:
        return await _list(request, form, Mistake.of(refusal, request.texts))


async def _add_extra_hours(request: DeskRequest, form: BlockForm) -> Response:
    async with request.site.database.write() as session:
        locations = await listed_locations(session)
        if len(locations) == 1:  # The form asks for one only where there are several.
            form = form.at(locations[0].slug)
        await add_extra_hours(session, form.extra_hours_request(), actor=request.actor, now=request.now)
    return request.redirect(LIST)


async def _block(request: DeskRequest, form: BlockForm) -> Response:
    async with request.site.database.write() as session:
        outcome = await block_time(
            session,
            form.block_request(),
            actor=request.actor,
            now=request.now,
            over_visits=form.over is not None,
        )
        if form.over is Over.OFFER:
            await offer_times(session, outcome.visits, actor=request.actor, now=request.now)
    if outcome.blocks:
        return request.redirect(f"{LIST}/{outcome.blocks[0].id}" if outcome.visits else LIST)
    return await request.page(
        "blocked_time/visits.html",
        visits=await visit_lines(request, outcome.visits, excluded=outcome.times),
        held=outcome.held,
        form=form,
        action=LIST,
        back=f"{LIST}?{urlencode(form.hidden())}",
    )


async def block_page(request: DeskRequest) -> Response:
    """`GET /desk/blocked-time/{id}`: the block, and the visits in its way."""
    id_ = id_in(request.http.path_params["id"])
    async with request.site.database.read() as session:
        block = await standing_block(session, id_, only_practitioner=request.only_practitioner)
        words = await BlockWords.of(session, request.texts)
        coming = await series_of_block(session, block, now=request.now)
        visits = await visits_of_block(session, coming, now=request.now)
    return await request.page(
        "blocked_time/block.html",
        line=words.block(ComingBlock([block])),
        series=words.block(coming).repeats,
        visits=await visit_lines(request, visits),
    )


async def offer(request: DeskRequest) -> Response:
    """`POST /desk/blocked-time/{id}/offer`: a mail with other times to each patient who has had none."""
    id_ = id_in(request.http.path_params["id"])
    async with request.site.database.write() as session:
        block = await standing_block(session, id_, only_practitioner=request.only_practitioner)
        visits = await visits_of_block(
            session, await series_of_block(session, block, now=request.now), now=request.now
        )
        await offer_times(session, visits, actor=request.actor, now=request.now)
    return request.redirect(f"{LIST}/{id_}")


async def remove(request: DeskRequest) -> Response:
    """`POST /desk/blocked-time/{id}/remove`, with `series` all its days to come."""
    id_ = id_in(request.http.path_params["id"])
    async with request.site.database.write() as session:
        await standing_block(session, id_, only_practitioner=request.only_practitioner)
        series = bool(request.form.get("series"))
        await remove_block(session, id_, whole_series=series, actor=request.actor, now=request.now)
    return request.redirect(LIST)


async def remove_hours(request: DeskRequest) -> Response:
    """`POST /desk/extra-hours/{id}/remove`: over visits it shows them, and asks."""
    id_ = id_in(request.http.path_params["id"])
    over = BlockForm.read(request.form).over
    async with request.site.database.write() as session:
        hours = await standing_extra_hours(session, id_, only_practitioner=request.only_practitioner)
        outcome = await remove_extra_hours(
            session, id_, actor=request.actor, now=request.now, over_visits=over is not None
        )
        if over is Over.OFFER:
            await offer_times(session, outcome.visits, actor=request.actor, now=request.now)
        removed = DeskTime(hours.practitioner, hours.location, hours.starts_at, hours.ends_at)
    if outcome.is_removed:
        return request.redirect(LIST)
    return await request.page(
        "blocked_time/visits.html",
        visits=await visit_lines(request, outcome.visits, excluded=[removed]),
        held=0,
        form=BlockForm(),
        action=f"/desk/extra-hours/{id_}/remove",
        back=LIST,
    )


def _last_tick(now: datetime) -> datetime:
    return instant_at(tick_at(now))
