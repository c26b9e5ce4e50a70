"""Strategies: clinics of any kind, as the content of a file that says things in any of the ways there are."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

Content = dict[str, Any]
LANGUAGES: Sequence[list[str]] = (["en"], ["en", "fr"], ["fr", "en", "de-CH"])
ZONES = ("America/Toronto", "America/Vancouver", "Asia/Kathmandu")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFSETS = st.sampled_from([None, timezone(timedelta(hours=-8)), timezone(timedelta(hours=5, minutes=45))])
WORDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=[*map(chr, range(32))]), min_size=1
).filter(str.strip)
SHORT = WORDS.map(lambda text: text[:300]).filter(str.strip)
LINES = st.lists(WORDS, min_size=1, max_size=3).map("\n".join).map(str.strip).filter(bool)
OUTCOMES = st.sampled_from(["cleared", "tell", "call"])
TICKS = st.sampled_from(["0 min", "5min", "45 min", "1 h", "60 min", "90 min", "2h"])
QUIET = st.sampled_from([False, "21:00-08:00", "00:00 - 06:30"])


def optional(key: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Content]:
    return st.one_of(st.just({}), values.map(lambda value: {key: value}))


def texts(languages: Sequence[str], words: st.SearchStrategy[str] = WORDS) -> Any:
    return words | st.fixed_dictionaries(dict.fromkeys(languages, words))


@st.composite
def weeks(draw: st.DrawFn) -> Content:
    spans = st.sampled_from(
        [["08:00-12:00"], ["12:00-17:30"], ["12:00-17:30", "08:00 – 12:00"], ["08:00-17:30"], []]
    )
    first = draw(st.integers(0, 6))
    last = draw(st.integers(first, 6))
    together = {f"{DAYS[first]}-{DAYS[last]}" if last > first else DAYS[first]: draw(spans)}
    single = {day: draw(spans) for day in DAYS[:first] if draw(st.booleans())}
    return single | together


@st.composite
def dated_hours(draw: st.DrawFn, said: Content, places: Sequence[str]) -> list[Content]:
    """Weeks that follow each other, at one place or at several, and at the end some that alternate."""
    cuts = sorted(draw(st.sets(st.dates(date(2026, 1, 1), date(2031, 1, 1)), max_size=3)))
    number = draw(st.integers(1, 3)) if cuts else 1
    monday = cuts[-1] + timedelta(7 - cuts[-1].weekday()) if cuts else None
    spans: list[Content] = []
    for first, last in zip([None, *cuts[:-1]], cuts):
        spans.append(({"from": first} if first else {}) | {"until": last - timedelta(1)})
    for alternating in range(number):
        begins = {"from": monday + timedelta(7 * alternating)} if monday else {}
        every = {"every": f"{number} weeks"} if number > 1 else draw(optional("every", st.just("1 week")))
        spans.append(begins | every)
    at = st.just(said)
    if "location" in said:
        at = st.sampled_from(places).map(lambda place: {"location": place})
    tables = [{**draw(at), **span, "week": draw(weeks())} for span in spans]
    return draw(st.permutations(tables))


def days_with_times(said: Content) -> st.SearchStrategy[list[Content]]:
    """In years without closures."""
    times = st.sampled_from([["09:00-13:00"], ["15:00 - 24:00", "07:00-07:30"]])
    day = {"date": st.dates(date(2029, 1, 1), date(2031, 1, 1)), "times": times}
    days = st.fixed_dictionaries(day).map(lambda content: said | content)
    return st.lists(days, max_size=3, unique_by=lambda content: content["date"])


@st.composite
def time_off(draw: st.DrawFn) -> Content:
    first = draw(st.dates(date(2000, 1, 1), date(2060, 1, 1)))
    last = first + timedelta(days=draw(st.integers(2, 40)))
    clock = st.times().filter(lambda moment: moment.microsecond % 1000 == 0) | st.just(time(9))

    def moment(day: date) -> date:
        if draw(st.booleans()):
            return day
        return datetime.combine(day, draw(clock), draw(OFFSETS))

    if draw(st.booleans()):
        return {"from": moment(first), "to": moment(last)}
    minutes = st.sampled_from([time(0), time(9), time(12, 34)])
    weekly = draw(st.booleans())
    if weekly:
        last = first + timedelta(days=draw(st.integers(1, 5)))
    moments = [day if draw(st.booleans()) else datetime.combine(day, draw(minutes)) for day in (first, last)]
    every = draw(st.sampled_from(["week", "2 weeks", "8 weeks"] if weekly else ["year", "1 year"]))
    until = optional("until", st.integers(0, 500).map(lambda days: first + timedelta(days)))
    return {"from": moments[0], "to": moments[1], "every": every, **draw(until)}


def version_of(consent: object) -> str:
    """Another text of consent needs another version."""
    return hashlib.sha256(repr(consent).encode()).hexdigest()[:16]


def sections(languages: Sequence[str]) -> st.SearchStrategy[Content]:
    """The tables that may be left out."""
    text = texts(languages, LINES)
    period = st.sampled_from(["366 days", "1 year", "12 months", "10 years", "31 days", "400 days"])
    year = period.filter(lambda value: value != "31 days")
    tables = {
        "consent": text.map(lambda said: {"version": version_of(said), "text": said}),
        "retention": st.fixed_dictionaries(
            {}, optional={"contact_data": period, "audit": year, "outbox": period, "webhook_log": period}
        ),
        "desk": st.fixed_dictionaries(
            {}, optional={"sign_out_after": st.sampled_from(["5 min", "30 min", "2 h"])}
        ),
        "busy_calendars": st.fixed_dictionaries(
            {},
            optional={
                "fresh_for": st.sampled_from(["10 min", "1 h"]),
                "near": st.sampled_from(["0 min", "48 h", "2 days"]),
                "when_unreachable": st.sampled_from(["open", "closed"]),
            },
        ),
        "mails": st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("booked", "reminder"), texts(languages, st.just('Bring\n"it".\\')))
        ),
        "reminders": st.fixed_dictionaries(
            {},
            optional={
                "days_before": st.lists(st.integers(1, 30), max_size=3),
                "at": st.sampled_from(["16:00", "07:05"]),
                "after_booking": st.sampled_from(["24 h", "1 day", "0 min"]),
                "quiet_hours": QUIET,
            },
        ),
        "sms": st.fixed_dictionaries(
            {}, optional={"most_a_day": st.integers(1, 100_000), "name_service": st.booleans()}
        ),
        "waiting_list": st.fixed_dictionaries(
            {},
            optional={
                "offer": st.sampled_from(["30 min", "24 h"]),
                "minimum_notice": TICKS,
                "offers_a_week": st.integers(1, 20),
                "entries_a_person": st.integers(1, 10),
                "quiet_hours": QUIET,
            },
        ),
    }
    return st.fixed_dictionaries({}, optional=tables)


@st.composite
def clinics(draw: st.DrawFn) -> Content:
    languages = draw(st.sampled_from(LANGUAGES))
    text, zone = texts(languages), st.sampled_from(ZONES)
    places = draw(st.lists(st.sampled_from(["here", "west", "north-2"]), min_size=1, max_size=3, unique=True))
    questions = draw(st.lists(st.sampled_from(["pregnancy", "fever", "needles"]), unique=True))
    services = draw(st.lists(st.sampled_from(["visit", "course", "check-up"]), min_size=1, unique=True))
    people = draw(st.lists(st.sampled_from(["one", "two", "three"]), min_size=1, unique=True))
    rooms = draw(st.lists(resource(text, places), max_size=4, unique_by=lambda each: each["slug"]))
    kinds = sorted({room["kind"] for room in rooms})
    offered = [draw(service(slug, text, questions, kinds)) for slug in services]
    clinic = {
        "name": draw(text),
        "phone": draw(st.sampled_from(["416.545.1881", "+1 416 545-1881 ext. 45"])),
        "country": "CA",
        "time_zone": draw(zone),
        "languages": languages,
        **draw(optional("email", st.just("Reception@Example.com"))),
        **draw(optional("website", st.sampled_from(["https://example.com", "https://example.com/a?b=c"]))),
    }
    policy = {
        "slot_step": draw(st.sampled_from(["15 min", "1 h"])),
        "minimum_notice": draw(TICKS),
        "horizon": draw(st.sampled_from(["60 days", "1 day"])),
        "hold": "5 min",
        "cancellation_notice": draw(st.sampled_from(["24 h", "1 day", "36 h"])),
        **draw(optional("screening_valid", st.sampled_from([False, "30 days", "7 days"]))),
        **draw(optional("travel_time", TICKS)),
    }
    return {
        "clinic": clinic,
        "policy": policy,
        **draw(sections(languages)),
        "locations": [
            {
                "slug": slug,
                "name": draw(text),
                "address": draw(
                    st.lists(st.sampled_from(["1 Main Street", 'Suite "B"']), min_size=1, max_size=2)
                ),
                "hours": {"mon-sun": ["06:00-22:00"]},
                **draw(optional("directions", text)),
                **draw(optional("parking", text)),
                **draw(optional("time_zone", zone)),
                **draw(optional("public_holidays", st.sampled_from([False, "CA-ON"]))),
                **draw(optional("closures", st.lists(closures(text), max_size=3))),
                **draw(optional("special_hours", days_with_times({}))),
            }
            for slug in places
        ],
        "screening": [draw(question(slug, text)) for slug in questions],
        "resources": rooms,
        "services": offered,
        "practitioners": [draw(practitioner(slug, text, languages, places, offered)) for slug in people],
    }


@st.composite
def closures(draw: st.DrawFn, text: Any) -> Content:
    first = draw(st.dates(date(2026, 1, 1), date(2028, 1, 1)))
    last = first + timedelta(days=draw(st.integers(0, 9)))
    return {"from": first, "to": last, **draw(optional("reason", text))}


@st.composite
def question(draw: st.DrawFn, slug: str, text: Any) -> Content:
    required = {"slug": slug, "text": draw(text), "yes": draw(OUTCOMES), "no": draw(OUTCOMES)}
    others = draw(optional("why", text)) | draw(optional("statement", text))
    return required | draw(optional("unsure", OUTCOMES)) | others


@st.composite
def resource(draw: st.DrawFn, text: Any, places: Sequence[str]) -> Content:
    said = {} if len(places) == 1 and draw(st.booleans()) else {"location": draw(st.sampled_from(places))}
    return {
        "slug": draw(st.sampled_from(["room-1", "room-2", "bath", "laser", "one"])),
        "name": draw(text),
        "kind": draw(st.sampled_from(["room", "device"])),
        **said,
    }


@st.composite
def service(draw: st.DrawFn, slug: str, text: Any, questions: Sequence[str], kinds: Sequence[str]) -> Content:
    asked = st.lists(st.sampled_from(questions), unique=True) if questions else st.just([])
    needed = st.lists(st.sampled_from(kinds), unique=True) if kinds else st.just([])
    priced = {"price": "95.00", "currency": "CAD"}
    faq = st.lists(st.fixed_dictionaries({"question": text, "answer": text}), max_size=2)
    return {
        "slug": slug,
        "name": draw(text),
        "duration": draw(TICKS.filter(lambda value: value != "0 min")),
        **draw(optional("category", text)),
        **draw(optional("description", text)),
        **draw(optional("faq", faq)),
        **draw(optional("buffer_before", TICKS)),
        **draw(optional("buffer_after", TICKS)),
        **draw(optional("visits", st.integers(1, 12))),
        **draw(st.sampled_from([{}, {"mode": "in-person"}, {"mode": "phone"}])),
        **draw(optional("patients", st.sampled_from(["new", "returning"]))),
        **draw(optional("youngest", st.integers(0, 16))),
        **draw(optional("oldest", st.integers(16, 120))),
        **draw(optional("joining", text).map(lambda said: said and {"mode": "video", **said})),
        **draw(st.sampled_from([{}, priced, priced | {"price_note": draw(text)}])),
        **draw(optional("service_type", st.just("65"))),
        **draw(optional("screening", asked)),
        **draw(optional("needs", needed)),
        **draw(optional("reminders", st.booleans())),
    }


def offer(service: Content) -> st.SearchStrategy[Any]:
    """Of a practitioner: the slug alone, or with another time or price."""
    own = {"duration": TICKS.filter(lambda value: value != "0 min")}
    if "price" in service:
        own["price"] = st.sampled_from(["120.00", "0.50"])
    table = st.fixed_dictionaries({"slug": st.just(service["slug"])}, optional=own)
    return st.just(service["slug"]) | table


@st.composite
def practitioner(
    draw: st.DrawFn,
    slug: str,
    text: Any,
    languages: Sequence[str],
    places: Sequence[str],
    services: Sequence[Content],
) -> Content:
    """Who offers all services, in any order, and works at one place at a time: no two weeks may overlap."""
    place = draw(st.sampled_from(places))
    said = {} if len(places) == 1 and draw(st.booleans()) else {"location": place}
    hours = st.just([{**said, "week": {"mon-fri": ["08:00-17:30"]}, "breaks": {"tue-wed": ["12:00-12:45"]}}])
    held = {"kind": st.sampled_from(["needling", "massage"]), "valid_until": st.dates(date(2026, 1, 1))}
    kinds = st.lists(
        st.fixed_dictionaries(held, optional={"valid_from": st.dates(max_value=date(2025, 1, 1))}),
        unique_by=lambda each: each["kind"],
    )
    return {
        "slug": slug,
        "name": draw(st.sampled_from(["Sample Practitioner", "Sample O'Practitioner"])),
        "services": [draw(offer(each)) for each in draw(st.permutations(services))],
        **draw(optional("title", text)),
        **draw(optional("about", texts(languages, SHORT))),
        **draw(optional("languages", st.permutations(languages))),
        **draw(optional("certifications", kinds)),
        **draw(optional("hours", hours | dated_hours(said, places))),
        **draw(optional("extra_hours", days_with_times(said))),
        **draw(optional("time_off", st.lists(time_off(), max_size=2))),
    }
