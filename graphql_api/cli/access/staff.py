"""`book-online staff`: accounts of the clinic's staff, and links by which they sign in the first time."""

import argparse
from dataclasses import asdict
from datetime import datetime

from booking.domain.role import Role
from booking.staff.accounts import (
    StaffMember,
    add_member,
    change_role,
    disable_member,
    enable_member,
    find_member,
    list_members,
)
from booking.staff.sign_in_links import LINK_LIFETIME, new_link
from booking.storage.session import BookingSession
from graphql_api.cli.access.account import command_line_actor
from graphql_api.cli.command import (
    Commands,
    add_command,
    add_json,
    add_list,
    add_verbs,
    as_json,
    json_of,
    table,
    warn_of_site,
)
from graphql_api.cli.transaction import in_transaction
from graphql_api.settings import Settings

LINK_PATH = "/desk/sign-in/link"
WHO = "the name, the e-mail address or the id, as `list` shows them"


def add_to(commands: Commands) -> None:
    verbs = add_verbs(commands, "staff", "accounts of the clinic's staff at the front desk")

    add = add_command(verbs, "add", _add, "make an account; the link to sign in the first time is shown once")
    add.add_argument("name", help="of the person, as colleagues know them")
    add.add_argument("--role", required=True, choices=[*map(str, Role)], help="what they may do")
    add.add_argument("--practitioner", metavar="SLUG", help="who they are, for the role practitioner")
    add.add_argument("--email", help="to sign in by, instead of the name")
    add_json(add)

    add_list(verbs, in_transaction(_list), "all accounts")

    link = add_command(verbs, "link", _link, "make a link to sign in once; a former one ends")
    link.add_argument("member", help=WHO)
    add_json(link)

    role = add_command(verbs, "role", in_transaction(_role), "give an account another role")
    role.add_argument("member", help=WHO)
    role.add_argument("role", choices=[*map(str, Role)], help="what they may do from now on")
    role.add_argument("--practitioner", metavar="SLUG", help="who they are, for the role practitioner")

    disable = add_command(
        verbs, "disable", in_transaction(_disable), "end all sessions of an account, and let nobody in"
    )
    disable.add_argument("member", help=WHO)

    enable = add_command(verbs, "enable", in_transaction(_enable), "let somebody sign in again")
    enable.add_argument("member", help=WHO)


def _add(arguments: argparse.Namespace, settings: Settings) -> None:
    async def add(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
        member = await add_member(
            session,
            arguments.name,
            Role(arguments.role),
            arguments.practitioner,
            email=arguments.email,
            actor=command_line_actor(),
            now=now,
        )
        return await _shown_link(session, member, settings, arguments, now=now)

    in_transaction(add)(arguments, settings)
    warn_of_site(settings)


def _link(arguments: argparse.Namespace, settings: Settings) -> None:
    async def renew(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
        member = await find_member(session, arguments.member)
        return await _shown_link(session, member, settings, arguments, now=now)

    in_transaction(renew)(arguments, settings)
    warn_of_site(settings)


async def _shown_link(
    session: BookingSession,
    member: StaffMember,
    settings: Settings,
    arguments: argparse.Namespace,
    *,
    now: datetime,
) -> str:
    if arguments.json:
        link = await _new_address(session, member, settings, now=now)
        return json_of({**asdict(member), "link": link, "link_ends_at": now + LINK_LIFETIME})
    return await sign_in_link(session, member, settings, now=now)


async def sign_in_link(
    session: BookingSession, member: StaffMember, settings: Settings, *, now: datetime
) -> str:
    link = await _new_address(session, member, settings, now=now)
    hours = LINK_LIFETIME.total_seconds() / 3600
    return (
        f"{member.name} ({member.role}) signs in by this link, once and within {hours:.0f} hours. "
        f"It is shown only now:\n{link}"
    )


async def _new_address(
    session: BookingSession, member: StaffMember, settings: Settings, *, now: datetime
) -> str:
    """The secret is behind the `#`, which browsers send to no server, so that no log on the way has it."""
    return f"{settings.site}{LINK_PATH}#{await new_link(session, member, now=now)}"


async def _list(session: BookingSession, _now: datetime, arguments: argparse.Namespace) -> str:
    members = await list_members(session)
    if arguments.json:
        return as_json(asdict(member) for member in members)
    return table(map(_row, members), if_empty="There are no accounts. `book-online staff add` makes one.")


async def _role(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    member = await find_member(session, arguments.member)
    role, slug = Role(arguments.role), arguments.practitioner
    await change_role(session, member.id, role, slug, actor=command_line_actor(), now=now)
    return f"{member.name} has the role {role} from the next request on."


async def _disable(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    member = await find_member(session, arguments.member)
    await disable_member(session, member.id, actor=command_line_actor(), now=now)
    return f"{member.name} is signed out everywhere, and can't sign in any more."


async def _enable(session: BookingSession, now: datetime, arguments: argparse.Namespace) -> str:
    member = await find_member(session, arguments.member)
    await enable_member(session, member.id, actor=command_line_actor(), now=now)
    return f"{member.name} can sign in again; `book-online staff link` makes a link for it."


def _row(member: StaffMember) -> list[str]:
    columns = [str(member.id), member.name, member.role.value, member.practitioner or "", member.email or ""]
    return [*columns, f"disabled {member.disabled_at:%Y-%m-%d}"] if member.disabled_at else columns
