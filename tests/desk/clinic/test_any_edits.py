"""Whatever is typed into the screens: the exported file says the same, and each act can be taken back."""

import uuid
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from booking.catalogue.changes.sections import content_of
from booking.catalogue.clinic_file.export.clinic_text import exported_text
from booking.catalogue.clinic_file.export.stored_rows import present_rows
from booking.catalogue.clinic_file.mapping import rows_of_clinic_file
from booking.catalogue.clinic_file.parser import parse_clinic_file
from tests.desk.clinic.clinic_screens import catalogue, history, send
from tests.desk.desk_server import Desk
from tests.support.clinics import load_clinic

EDITS = settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WORDS = st.sampled_from(["Sample words", "Des mots d’exemple", 'with "quotes"', "two\nlines", ""])
COUNTS = st.sampled_from(["", "0", "5", "15", "45", "60", "7", "soon"])
UNITS = st.sampled_from(["min", "h", "day"])
CLOCKS = st.sampled_from(["", "07:00", "08:30", "12:00", "17:00", "00:00"])
PRICES = st.sampled_from(["", "80.00", "99,50", "cheap"])
DATES = st.sampled_from(["", "2026-12-01", "2027-03-14", "2027-12-31", "no date"])
PERSON = "/desk/clinic/practitioners/sample-practitioner-a"
SERVICE = "/desk/clinic/services/physiotherapy-assessment"


def typed(screen: str, /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Some of these fields, typed into a screen; `__` in a name stands for a full stop."""
    optional = {name.replace("__", "."): values for name, values in fields.items()}
    return st.tuples(st.just(screen), st.fixed_dictionaries({}, optional=optional))


ANY_EDIT = st.one_of(
    typed(
        SERVICE,
        name__en=WORDS,
        name__fr=WORDS,
        description__en=WORDS,
        duration=COUNTS,
        duration__unit=UNITS,
        buffer_after=COUNTS,
        visits=st.sampled_from(["1", "3", "many"]),
        price=PRICES,
        requires=st.sampled_from(["", "dry-needling", "other"]),
        patients=st.sampled_from(["", "new"]),
        youngest=st.sampled_from(["", "16", "old"]),
        screening=st.lists(st.sampled_from(["pregnancy", "infection"]), unique=True),
        offered_by=st.lists(st.sampled_from(["sample-practitioner-a", "sample-practitioner-e"]), unique=True),
    ),
    typed(
        PERSON,
        name=WORDS,
        title__en=WORDS,
        title__fr=WORDS,
        languages=st.sampled_from(["", "en", "fr, en", "english"]),
        services=st.lists(st.sampled_from(["dry-needling", "physiotherapy-assessment"]), unique=True),
        **{"services__dry-needling__duration": COUNTS, "services__physiotherapy-assessment__price": PRICES},
        certifications__0__valid_until=DATES,
        certifications__1__kind=st.sampled_from(["", "acupuncture"]),
        certifications__1__valid_until=DATES,
        hours__0__week__fri__from=CLOCKS,
        hours__0__week__fri__to=CLOCKS,
        time_off__0__from=DATES,
        time_off__0__to=DATES,
        time_off__0__to__clock=CLOCKS,
    ),
    typed(
        "/desk/clinic/locations/main-street",
        address=WORDS,
        public_holidays=st.sampled_from(["", "CA-QC", "Mars"]),
        closures__1__from=DATES,
        closures__1__to=DATES,
        closures__1__reason__en=WORDS,
        closures__1__reason__fr=WORDS,
    ),
    typed("/desk/clinic/policy", grace=COUNTS, grace__unit=UNITS, screening_valid=COUNTS),
    typed(
        "/desk/clinic/reminders",
        on=st.just("1"),
        days_before=st.sampled_from(["", "7, 1", "3", "soon"]),
        quiet_hours__from=CLOCKS,
        quiet_hours__to=CLOCKS,
    ),
    typed("/desk/clinic/waiting-list", on=st.just("1"), offer=COUNTS, minimum_notice=COUNTS),
    typed(
        "/desk/clinic/services/new",
        name__en=WORDS,
        name__fr=WORDS,
        duration=COUNTS,
        offered_by=st.just(["sample-practitioner-b"]),
    ),
)


@EDITS
@given(edits=st.lists(ANY_EDIT, min_size=1, max_size=6))
async def test_any_edits_equal_the_exported_file_and_are_taken_back(
    desk: Desk, edits: list[tuple[str, dict[str, Any]]]
) -> None:
    owner = await desk.signed_in(name=f"Sample Owner {uuid.uuid4()}")
    known = {each.act for each in await history(desk)}
    former = await catalogue(desk)

    for address, fields in edits:
        answer = await send(owner, address, fields)
        assert answer.status_code in (303, 422), answer.text
    async with desk.database.read() as session:
        rows = await present_rows(session)
    written = exported_text(rows)

    assert content_of(rows_of_clinic_file(parse_clinic_file(written))) == content_of(rows)
    assert await load_clinic(desk.database, written) == []

    acts = dict.fromkeys(each.act for each in await history(desk) if each.act not in known)
    for act in reversed(acts):
        undone = await owner.post(f"/desk/clinic/history/{act}/undo", data={"from": "test"})
        assert undone.status_code == 303, undone.text
    assert await catalogue(desk) == former
