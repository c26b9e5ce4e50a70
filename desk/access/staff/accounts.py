"""Accounts of the staff, which an owner keeps: added, given a role and a link, disabled and enabled."""

from http import HTTPStatus

from starlette.responses import Response

from booking.catalogue.lookup import all_practitioners
from booking.domain.errors import BookingError, InvalidInput, InvalidInputCode, NotFound
from booking.domain.role import Role
from booking.staff.accounts import (
    StaffMember,
    add_member,
    change_role,
    disable_member,
    enable_member,
    get_member,
    list_members,
)
from booking.staff.refusals import LastOwner
from booking.staff.sign_in_links import new_link
from desk.http.identifiers import id_in
from desk.http.problem_text import problem_text
from desk.http.request import DeskRequest
from rendering.form import Form

STAFF = "/desk/staff"


async def staff_page(request: DeskRequest) -> Response:
    """`GET /desk/staff`."""
    return await _page(request)


async def add_account(request: DeskRequest) -> Response:
    """`POST` with `name`, `role`, and `practitioner` (a slug) for that role; shows the link to sign in."""
    form = request.form
    try:
        role = _role(form.get("role"))
        practitioner = form.get("practitioner") or None if role is Role.PRACTITIONER else None
        async with request.site.database.write() as session:
            member = await add_member(
                session,
                form.get("name").strip(),
                role,
                practitioner,
                email=form.get("email").strip() or None,
                actor=request.actor,
                now=request.now,
            )
            link = await new_link(session, member, now=request.now)
    except InvalidInput as refusal:
        return await _page(request, refusal=refusal, typed=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return await _page(request, member=member, link=link)


async def change_account(request: DeskRequest) -> Response:
    """`POST /desk/staff/{id}` with `do`: `role`, `link`, `disable` or `enable`."""
    account = id_in(request.http.path_params["id"])
    try:
        async with request.site.database.write() as session:
            match request.form.get("do"):
                case "role":
                    role = _role(request.form.get("role"))
                    slug = request.form.get("practitioner") or None if role is Role.PRACTITIONER else None
                    await change_role(session, account, role, slug, actor=request.actor, now=request.now)
                case "disable":
                    await disable_member(session, account, actor=request.actor, now=request.now)
                case "enable":
                    await enable_member(session, account, actor=request.actor, now=request.now)
                case "link":
                    member = await get_member(session, account)
                    link = await new_link(session, member, now=request.now)
                    return await _page(request, member=member, link=link)
                case _:
                    raise NotFound("There is no such change.")
    except (InvalidInput, LastOwner) as refusal:
        return await _page(request, refusal=refusal, status=HTTPStatus.CONFLICT)
    return request.redirect(STAFF)


async def _page(
    request: DeskRequest,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    refusal: BookingError | None = None,
    member: StaffMember | None = None,
    link: str | None = None,
    typed: Form | None = None,
) -> Response:
    """All accounts. `link` is the secret of a new link, shown this once; `typed` stays in the form."""
    async with request.site.database.read() as session:
        members = await list_members(session)
        practitioners = await all_practitioners(session)
    return await request.page(
        "account/staff.html",
        status=status,
        members=members,
        practitioners=[row for row in practitioners.values() if row.listed],
        reason=problem_text(request.texts, refusal) if refusal else None,
        invited=member,
        typed=typed or Form(),
        # The secret is behind the `#`, which browsers send to no server.
        link=f"{request.site.url}/desk/sign-in/link#{link}" if link else None,
    )


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError as reason:
        message = "Please choose a role."
        raise InvalidInput(message, path=("role",), code=InvalidInputCode.REQUIRED) from reason
