"""The contract with clients: what worked with the last release works, until a day that they know of."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.contract.archive import RELEASED, SCHEMA, holding

RELEASE = "# Version 1.0.0, released on 2020-03-01.\n"
BEFORE = """
type Query { visit(id: ID!, at: String): Visit  fax: Fax }
type Visit { starts: String!  state: State }
type Fax { number: String }
enum State { BOOKED }
"""


def held(folder: Path, before: str, now: str, releasing: date | None = None) -> tuple[int, list[str]]:
    (folder / "before.graphql").write_text(before, "utf-8")
    (folder / "now.graphql").write_text(now, "utf-8")
    done = holding(folder / "before.graphql", folder / "now.graphql", releasing=releasing)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def with_deprecated_fax(last_day: str) -> str:
    return BEFORE.replace("fax: Fax", f'fax: Fax @deprecated(reason: "Call. Removed after {last_day}.")')


WITHOUT_FAX = BEFORE.replace("fax: Fax", "").replace("type Fax { number: String }", "")


def test_todays_schema_keeps_what_was_promised() -> None:
    done = holding(RELEASED, SCHEMA)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_new_breaks_nobody(tmp_path: Path) -> None:
    now = BEFORE.replace("starts: String!", "starts: String!  ends: String")
    assert held(tmp_path, RELEASE + BEFORE, now) == (0, [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("starts: String!", ""),
        ("starts: String!", "starts: String"),
        ("starts: String!", "starts: Int!"),
        ("at: String", "at: String!"),
        ("at: String", "at: String, with: ID!"),
        ("BOOKED", "KEPT"),
    ],
)
def test_what_could_break_a_client_fails(tmp_path: Path, old: str, new: str) -> None:
    now = BEFORE.replace(old, new, 1).replace("type Visit {  ", "type Visit { ")
    code, said = held(tmp_path, RELEASE + BEFORE, now)
    assert code == 1
    assert said[-1].startswith("breaking: ")


def test_what_may_surprise_a_client_is_listed(tmp_path: Path) -> None:
    now = BEFORE.replace("BOOKED", "BOOKED CANCELLED")
    assert held(tmp_path, RELEASE + BEFORE, now) == (
        0,
        ["dangerous: Enum value 'CANCELLED' was added to enum 'State'"],
    )


@pytest.mark.parametrize("last_day", ["2020-09-01", "2031-01-31"])
def test_a_removal_is_told_six_months_ahead(tmp_path: Path, last_day: str) -> None:
    assert held(tmp_path, RELEASE + BEFORE, with_deprecated_fax(last_day)) == (0, [])


def test_a_removal_within_six_months_of_the_last_release_fails(tmp_path: Path) -> None:
    assert held(tmp_path, RELEASE + BEFORE, with_deprecated_fax("2020-08-31")) == (
        1,
        ["deprecated too hastily: Query.fax, it must stay until 2020-09-01 at least"],
    )


def test_a_removal_within_six_months_of_the_release_that_tells_of_it_fails(tmp_path: Path) -> None:
    now = with_deprecated_fax("2020-10-31")
    assert held(tmp_path, RELEASE + BEFORE, now) == (0, [])
    assert held(tmp_path, RELEASE + BEFORE, now, releasing=date(2020, 5, 1)) == (
        1,
        ["deprecated too hastily: Query.fax, it must stay until 2020-11-01 at least"],
    )


def test_before_the_first_release_only_the_release_itself_counts(tmp_path: Path) -> None:
    now = with_deprecated_fax("2020-10-31")
    unreleased = "# Version 0.1.0, not released yet.\n" + now
    assert held(tmp_path, unreleased, now) == (0, [])
    assert held(tmp_path, unreleased, now, releasing=date(2020, 5, 1))[0] == 1


@pytest.mark.parametrize("mark", ["@deprecated", '@deprecated(reason: "Removed soon.")'])
@pytest.mark.parametrize("place", ["fax: Fax", "at: String", "BOOKED", "number: String"])
def test_a_deprecation_without_a_day_fails(tmp_path: Path, mark: str, place: str) -> None:
    code, said = held(tmp_path, RELEASE + BEFORE, BEFORE.replace(place, f"{place} {mark}"))
    assert code == 1
    assert 'must end in "Removed after' in said[-1]


def test_a_day_that_was_told_may_come_later_but_not_sooner(tmp_path: Path) -> None:
    told = RELEASE + with_deprecated_fax("2031-01-31")
    assert held(tmp_path, told, with_deprecated_fax("2031-02-28"))[0] == 0

    code, said = held(tmp_path, told, with_deprecated_fax("2031-01-30"))
    assert code == 1
    assert said[-1] == "deprecated too hastily: Query.fax, it was promised until 2031-01-31"


def test_what_was_told_goes_after_its_last_day_with_what_only_it_needs(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    due = with_deprecated_fax(str(today - timedelta(days=1)))
    early = with_deprecated_fax(str(today + timedelta(days=1)))

    assert held(tmp_path, RELEASE + due, WITHOUT_FAX) == (0, [])
    assert held(tmp_path, RELEASE + early, WITHOUT_FAX)[0] == 1
