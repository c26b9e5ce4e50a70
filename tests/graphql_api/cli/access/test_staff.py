"""`book-online staff`: accounts are made, shown and ended, and a link lets its member in once."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from booking.domain.role import Role
from booking.staff.refusals import SignInRefused
from booking.staff.sign_in_links import use_link
from booking.storage.database import Database
from booking.storage.queries.clock import current_time
from tests.booking.audit.trails import stored_rows
from tests.graphql_api.cli.access.clinic_commands import ClinicCommands

pytestmark = pytest.mark.processes

SITE = {"BOOK_ONLINE_SITE": "https://booking.clinic.example"}
LINK = re.compile(r"https://booking\.clinic\.example/desk/sign-in/link#([0-9a-f]{64})")


async def add(commands: ClinicCommands, name: str = "Sample Owner", *options: str) -> str:
    """The token of the link."""
    said = await commands.lines("staff", "add", name, *(options or ("--role", "owner")), **SITE)
    return token_in_link(said)


def token_in_link(lines: list[str]) -> str:
    sentence, link = lines
    assert "once and within 24 hours" in sentence
    found = LINK.fullmatch(link)
    assert found, link
    return found[1]


async def listed(commands: ClinicCommands) -> list[list[str]]:
    """Without the ids."""
    return [line.split("\t")[1:] for line in await commands.lines("staff", "list")]


async def member_of(database: Database, token: str) -> tuple[str, Role, str | None]:
    async with database.write() as session:
        member = await use_link(session, token, now=await current_time(session))
    return member.name, member.role, member.practitioner


async def test_the_first_owner_signs_in_once_by_the_link_that_is_shown(
    commands: ClinicCommands, database: Database
) -> None:
    assert await commands.lines("staff", "list") == [
        "There are no accounts. `book-online staff add` makes one."
    ]
    token = await add(commands)
    assert await member_of(database, token) == ("Sample Owner", Role.OWNER, None)
    with pytest.raises(SignInRefused):
        await member_of(database, token)
    [row] = await stored_rows(database)
    assert (row["action"], row["actor_kind"], row["detail"][-14:]) == (
        "create",
        "command-line",
        "added as owner",
    )
    assert token not in str(row)


async def test_accounts_are_listed_by_name_with_their_roles(commands: ClinicCommands) -> None:
    await add(commands)
    slug = "sample-practitioner-a"
    await add(commands, "A. Sample", "--role", "practitioner", "--practitioner", slug)
    await add(commands, "Sample Desk", "--role", "reception", "--email", "Desk@example.com")
    await commands.lines("staff", "disable", "desk@example.com")
    day = datetime.now(UTC)
    assert await listed(commands) in [
        [
            ["A. Sample", "practitioner", slug, ""],
            ["Sample Desk", "reception", "", "desk@example.com", f"disabled {on:%Y-%m-%d}"],
            ["Sample Owner", "owner", "", ""],
        ]
        for on in (day, day - timedelta(days=1))  # Midnight may pass meanwhile.
    ]


async def test_a_new_link_ends_the_one_before(commands: ClinicCommands, database: Database) -> None:
    lost = await add(commands)
    token = token_in_link(await commands.lines("staff", "link", " sample OWNER", **SITE))
    with pytest.raises(SignInRefused):
        await member_of(database, lost)
    assert (await member_of(database, token))[0] == "Sample Owner"


async def test_roles_change_and_members_come_and_go(commands: ClinicCommands, database: Database) -> None:
    await add(commands)
    await add(commands, "Sample Desk", "--role", "reception")
    await commands.lines("staff", "role", "Sample Desk", "owner")
    [said] = await commands.lines("staff", "disable", "Sample Owner")
    assert said == "Sample Owner is signed out everywhere, and can't sign in any more."
    assert "disabled" in await commands.sentence("staff", "link", "Sample Owner")
    assert "last owner" in await commands.sentence("staff", "disable", "Sample Desk")
    assert "last owner" in await commands.sentence("staff", "role", "Sample Desk", "reception")
    await commands.lines("staff", "enable", "Sample Owner")
    await commands.lines("staff", "role", "Sample Desk", "reception")
    assert [row[:2] for row in await listed(commands)] == [
        ["Sample Desk", "reception"],
        ["Sample Owner", "owner"],
    ]


async def test_changes_of_accounts_are_shown_by_name(commands: ClinicCommands) -> None:
    assert await commands.lines("audit", "staff") == ["No account was made or changed."]
    await add(commands)
    await add(commands, "Sample Desk", "--role", "reception")
    await commands.lines("staff", "disable", "Sample Desk")
    shown = [line.split("\t") for line in await commands.lines("audit", "staff")]
    assert [(action, detail) for _, action, _, _, detail in shown] == [
        ("create", "staff account Sample Owner added as owner"),
        ("create", "staff account Sample Desk added as reception"),
        ("update", "staff account Sample Desk disabled"),
    ]
    assert all(actor.startswith("command-line ") for _, _, actor, _, _ in shown)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "B", "--role", "practitioner"), "which practitioner"),
        (("add", "B", "--role", "practitioner", "--practitioner", "nobody"), "no practitioner 'nobody'"),
        (("add", "B", "--role", "owner", "--practitioner", "sample-practitioner-a"), "has no practitioner"),
        (("add", "sample owner", "--role", "owner"), "an account of sample owner already"),
        (("add", "B", "--role", "owner", "--email", "b"), "is no e-mail address"),
        (("link", "Nobody"), "no account 'Nobody'"),
        (("enable", "%"), "no account '%'"),
    ],
)
async def test_what_can_not_be_is_one_sentence(
    commands: ClinicCommands, arguments: tuple[str, ...], sentence: str
) -> None:
    await add(commands)
    before = await listed(commands)
    assert sentence in await commands.sentence("staff", *arguments)
    assert await listed(commands) == before


async def test_a_link_to_this_machine_is_warned_of(commands: ClinicCommands) -> None:
    done = await commands.run("staff", "add", "Sample Owner", "--role", "owner")
    assert (done.returncode, "http://127.0.0.1:8000/desk/sign-in/link#" in done.stdout) == (0, True)
    assert "BOOK_ONLINE_SITE" in done.stderr
