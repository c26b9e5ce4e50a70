"""The kit for a feature's tests: subscriptions, the response cache, and features that can't join."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
import strawberry

from book_online.extend import (
    CATALOGUE,
    PATIENTS,
    Declined,
    Feature,
    Info,
    ListenerContext,
    Proposal,
    Service,
)
from book_online.testing import open_clinic
from graphql_api.extensions.feature import FeatureError

ENDED: list[str] = []


@strawberry.type
class TipsStreams:
    @strawberry.subscription(directives=[CATALOGUE])
    async def tips_counted(self, info: Info, to: int) -> AsyncGenerator[int | None]:
        try:
            for number in range(to):
                yield number
                await asyncio.sleep(0)
            if to == 3:
                await asyncio.sleep(3600)
        finally:
            ENDED.append(str(info.context.now.date()))

    @strawberry.subscription(directives=[PATIENTS])
    async def tips_private(self) -> AsyncGenerator[str | None]:
        yield "who comes"


TIPS = Feature(name="tips", api=1, subscription=TipsStreams)
COUNT = "subscription ($to: Int!) { tipsCounted(to: $to) }"


def test_listening_ends_the_subscription_after_so_many_responses() -> None:
    ENDED.clear()
    with open_clinic(TIPS) as clinic:
        answers = clinic.listen(COUNT, most=2, to=3)

        assert answers == [{"data": {"tipsCounted": number}} for number in (0, 1)]
        assert ENDED == ["2026-11-23"]
        assert len(clinic.listen(COUNT, most=10, to=2)) == 2
        assert clinic.ask("{ clinic { name } }")["data"]


def test_a_refused_subscription_is_a_response() -> None:
    with open_clinic(TIPS) as clinic:
        (unknown,) = clinic.listen("subscription { tipsNothing }")
        (forbidden,) = clinic.listen("subscription { tipsPrivate }")
        (allowed,) = clinic.listen("subscription { tipsPrivate }", key=clinic.key("patient-read"))

    assert "tipsNothing" in unknown["errors"][0]["message"]
    assert forbidden["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert allowed == {"data": {"tipsPrivate": "who comes"}}


def test_a_repeated_query_is_answered_from_the_response_cache() -> None:
    calls: list[str] = []

    @strawberry.type
    class CountedOfService:
        @strawberry.field(directives=[CATALOGUE])
        def counted_slug(self, service: strawberry.Parent[Service]) -> str | None:
            calls.append(service.slug)
            return service.slug

    counted = Feature(name="counted", api=1, fields={"Service": CountedOfService}, is_cacheable=True)
    with open_clinic(counted) as clinic:
        answers = [clinic.ask('{ service(slug: "dry-needling") { countedSlug } }') for _ in range(2)]

    assert answers == [{"data": {"service": {"countedSlug": "dry-needling"}}}] * 2
    assert calls == ["dry-needling"]


@strawberry.type
class OfService:
    @strawberry.field(directives=[CATALOGUE])
    def after_care(self, service: strawberry.Parent[Service]) -> str | None:
        return service.slug


def test_a_clash_names_both_features() -> None:
    after, after_care = (
        Feature(name=name, api=1, fields={"Service": OfService}) for name in ("after", "after_care")
    )

    with pytest.raises(FeatureError) as refused, open_clinic(after, after_care):
        pass

    assert str(refused.value) == (
        "feature after_care (after_care under test): Service.afterCare: "
        "this field is there already, of after under test"
    )


def test_a_wrong_member_is_refused_as_at_start() -> None:
    class NotOne:
        """Only pretends to be settings."""

    wrong = Feature(name="tips", api=1, settings=NotOne)  # type: ignore[arg-type]
    told = "`settings`: it must be a class of FeatureSettings"
    with pytest.raises(FeatureError, match=told), open_clinic(wrong):
        pass


async def _slow(context: ListenerContext) -> None:
    await asyncio.sleep(0.3)
    HEARD.append(context.event.kind)


async def _failing(_context: ListenerContext) -> None:
    raise ValueError("no address book")


HEARD: list[str] = []


def test_delivering_waits_for_listeners_that_await() -> None:
    HEARD.clear()
    with open_clinic(Feature(name="slow", api=1, listeners={"heard": _slow})) as clinic:
        booked = clinic.book("2026-11-26T09:00:00-05:00")
        clinic.cancel(booked["manageToken"])
        assert clinic.deliver_events() == []
    assert HEARD == ["appointment.booked", "appointment.cancelled"]


def test_a_listener_that_fails_fails_the_test_unless_it_may() -> None:
    with open_clinic(Feature(name="bad", api=1, listeners={"heard": _failing})) as clinic:
        clinic.book("2026-11-26T09:00:00-05:00")
        with pytest.raises(ExceptionGroup, match="listeners failed"):
            clinic.deliver_events()
        clinic.now += timedelta(minutes=1)
        [failure] = clinic.deliver_events(may_fail=True)
        assert str(failure) == "no address book"


async def _note_status(context: ListenerContext) -> None:
    HEARD.extend(f"{row.status} {row.sequence}" for row in context.appointments)


def test_a_listener_is_told_how_its_appointments_are_now() -> None:
    HEARD.clear()
    with open_clinic(Feature(name="noting", api=1, listeners={"heard": _note_status})) as clinic:
        booked = clinic.book("2026-11-26T09:00:00-05:00")
        clinic.cancel(booked["manageToken"])
        clinic.deliver_events()
    assert HEARD == ["cancelled 1", "cancelled 1"]


async def _decline(proposal: Proposal) -> None:
    if proposal.patient and proposal.patient.name == "Other Patient":
        raise Declined("Not you.", texts={"fr": "Pas vous."})


def test_a_clinic_speaks_two_languages_on_either_database(database_url: str) -> None:
    with open_clinic(Feature(name="names", api=1, rules=[_decline]), database_url=database_url) as clinic:
        refused = clinic.book("2026-11-26T09:00:00-05:00", language="fr", patient={"name": "Other Patient"})
        assert [problem["visitorMessage"] for problem in refused["problems"]] == ["Pas vous."]
        assert clinic.book("2026-11-26T10:00:00-05:00", answer="YES")["appointment"] is None
        assert "Sample Clinic" in clinic.request("GET", "/book?lang=fr").text
        asked = clinic.ask("query ($key: String!) { service(slug: $key) { id } }", variables={"key": "none"})
        assert asked == {"data": {"service": None}}
