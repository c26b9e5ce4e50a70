"""A feature `odd` with every mistake that only shows at run time, and some correct fields."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Collection, Mapping
from typing import Any, cast

import strawberry
from sqlalchemy import text

from book_online.extend import (
    API,
    CATALOGUE,
    PATIENTS,
    BookingError,
    Cost,
    Declined,
    Feature,
    Info,
    Node,
    Practitioner,
    Problem,
    Service,
    run_mutation,
)
from booking.storage.session import BookingSession
from graphql_api.types.relay import global_id


class Textless(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


@strawberry.type
class OddPair:
    name: str
    other: "OddPair | None" = None

    @strawberry.field
    async def slow(self) -> str | None:
        await asyncio.sleep(3600)
        return "never"


@strawberry.type
class OddNode(Node):
    name: str


@strawberry.type
class OddOfService:
    @strawberry.field(directives=[CATALOGUE])
    def odd_raises(self) -> str | None:
        raise RuntimeError("a secret of the feature's")

    @strawberry.field(directives=[CATALOGUE])
    async def odd_hangs(self) -> str | None:
        await asyncio.sleep(3600)
        return "never"

    @strawberry.field(directives=[CATALOGUE])
    async def odd_holds_on(self) -> str | None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            await asyncio.sleep(3600)
        return "never"

    @strawberry.field(directives=[CATALOGUE])
    def odd_leaves(self) -> str | None:
        raise SystemExit(3)

    @strawberry.field(directives=[CATALOGUE])
    async def odd_leaves_later(self) -> str | None:
        await asyncio.sleep(0)
        raise KeyboardInterrupt

    @strawberry.field(directives=[CATALOGUE])
    async def odd_gives_up(self) -> str | None:
        raise asyncio.CancelledError

    @strawberry.field(directives=[CATALOGUE])
    def odd_is_mute(self) -> str | None:
        raise Textless

    @strawberry.field(directives=[CATALOGUE])
    async def odd_sum(self, service: strawberry.Parent[Service], info: Info) -> int | None:
        total: int | None = await info.context.load["odd.sums"].load(service.slug)
        return total

    @strawberry.field(directives=[CATALOGUE])
    def odd_rubbish(self) -> int | None:
        return cast(int, "a secret of the feature's")

    @strawberry.field(directives=[CATALOGUE])
    def odd_list(self) -> list[str] | None:
        return cast("list[str]", 7)

    @strawberry.field(directives=[CATALOGUE])
    def odd_endless(self) -> list[int] | None:
        return cast("list[int]", (number for number in itertools.count()))

    @strawberry.field(directives=[CATALOGUE])
    def odd_hole(self) -> OddPair | None:
        return OddPair(name=cast(str, None))

    @strawberry.field(directives=[CATALOGUE])
    def odd_refuses(self) -> str | None:
        raise Declined("Not today.")

    @strawberry.field(directives=[CATALOGUE])
    def odd_pair(self, service: strawberry.Parent[Service]) -> OddPair | None:
        return OddPair(name=service.slug, other=OddPair(name="inner"))

    @strawberry.field(directives=[CATALOGUE, Cost(weight=1000)])
    def odd_dear(self) -> OddPair | None:
        return None

    @strawberry.field(directives=[PATIENTS])
    def odd_private(self) -> str | None:
        return "who comes"


@strawberry.type
class OddOfPractitioner:
    @strawberry.field(directives=[CATALOGUE])
    async def odd_shoe_size(self, practitioner: strawberry.Parent[Practitioner], info: Info) -> int | None:
        size: int | None = await info.context.load["odd.sizes"].load(practitioner.slug)
        return size


async def sizes(session: BookingSession, slugs: Collection[str]) -> Mapping[str, int]:
    rows = await session.execute(text("SELECT slug FROM practitioners"))
    return {slug: len(slug) for (slug,) in rows if slug in slugs and slug != "p1"}


async def sums(_session: BookingSession, _slugs: Collection[str]) -> Mapping[str, int]:
    raise SystemExit(3)


@strawberry.type
class OddQueries:
    @strawberry.field(directives=[CATALOGUE])
    def odd_settings(self, info: Info) -> str | None:
        return str(info.context.settings["odd"])


class TooOdd(BookingError):
    """A refusal of the feature's own."""


@strawberry.type
class OddTooOdd(Problem):
    pass


@strawberry.type
class OddPayload:
    problems: list[Problem]


@strawberry.type
class OddMutations:
    @strawberry.mutation(directives=[CATALOGUE])
    async def odd_do(self, info: Info, what: str) -> OddPayload | None:
        async def work(_session: BookingSession) -> None:
            raise {"odd": TooOdd, "declined": Declined, "plain": BookingError}[what](f"It is {what}.")

        _, problems = await run_mutation(info.context, work)
        return OddPayload(problems=problems)

    @strawberry.mutation(directives=[CATALOGUE])
    async def odd_write(
        self,
        info: Info,
        name: str,
        before: float = 0,
        inside: float = 0,
        after: float = 0,
        fails: bool = False,
    ) -> OddPayload | None:
        async def work(session: BookingSession) -> None:
            values = {"name": name}
            await session.execute(text("UPDATE practitioners SET name = :name"), values)
            await asyncio.sleep(inside)

        await asyncio.sleep(before)
        _, problems = await run_mutation(info.context, work)
        await asyncio.sleep(after)
        if fails:
            raise RuntimeError("a secret of the feature's")
        return OddPayload(problems=problems)


@strawberry.type
class OddSubscriptions:
    @strawberry.subscription(directives=[CATALOGUE])
    async def odd_counts(self, leaves: bool = False) -> AsyncGenerator[int | None]:
        yield 1
        raise SystemExit(3) if leaves else RuntimeError("a secret of the feature's")


async def odd_node(key: str, _context: Any) -> Any:
    if key == "raises":
        raise RuntimeError("a secret of the feature's")
    if key == "hangs":
        await asyncio.sleep(3600)
    return OddPair(name=key) if key == "wrong" else OddNode(id=global_id("OddNode", key), name=key)


ODD = Feature(
    name="odd",
    api=API,
    fields={"Service": OddOfService, "Practitioner": OddOfPractitioner},
    query=OddQueries,
    mutation=OddMutations,
    subscription=OddSubscriptions,
    problems={TooOdd: OddTooOdd},
    loaders={"sizes": sizes, "sums": sums},
    types=[OddNode],
    nodes={"OddNode": odd_node},
    node_scope=PATIENTS,
)
