"""Relay: opaque global ids, the Node interface, and connections with keyset cursors.

A keyset cursor names the last row of a page, so no row is skipped or repeated while others book.
"""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Annotated, Any, Generic, TypeVar, cast
from uuid import UUID

import strawberry

from booking.domain.errors import InvalidInput, InvalidInputCode
from graphql_api.limits.limits import MAX_PAGE_SIZE
from graphql_api.limits.query_cost import Cost

T = TypeVar("T")
Row = TypeVar("Row")
Key = tuple[int | str, ...]

DEFAULT_PAGE_SIZE = 20
"""The value of `first` where a client gives none."""
COUNT_WEIGHT = 10
"""The weight of `totalCount`, for which the database may have to read all rows that a page leaves out."""

First = Annotated[int, strawberry.argument(description=f"How many at most, 1 to {MAX_PAGE_SIZE}.")]
"""The type of a list's argument `first`."""
After = Annotated[str | None, strawberry.argument(description="The `endCursor` of the page before.")]
"""The type of a list's argument `after`."""


@strawberry.interface(
    description="An object with an id of its own. Ids are opaque: keep them, don't read them."
)
class Node:
    id: strawberry.ID = strawberry.field(description="Names this object among all objects.")


def global_id(kind: str, key: object) -> strawberry.ID:
    """The opaque id of an object: its GraphQL type, and its key among the objects of that type."""
    return strawberry.ID(_encode(f"{kind}:{key}"))


def parse_global_id(id: str) -> tuple[str, str] | None:
    """The type's name and the key; None for a text that is no global id."""
    try:
        kind, colon, key = _decode(id).partition(":")
    except (binascii.Error, ValueError):
        return None
    # Base 64 ignores odd characters; an id has one spelling.
    return (kind, key) if colon and "\0" not in key and global_id(kind, key) == id else None


def key_from_id(id: str, kind: str, *path: str) -> str:
    """The key in an id of this type.

    Raises:
        InvalidInput: another type's id, or no id; it names the input by `path`.
    """
    parts = parse_global_id(id)
    if parts is None or parts[0] != kind:
        raise wrong_id(kind, *path)
    return parts[1]


def uuid_from_id(id: str, kind: str, *path: str) -> UUID:
    """The key in an id of a type whose keys are UUIDs.

    Raises:
        InvalidInput: another type's id, or no id; it names the input by `path`.
    """
    try:
        return UUID(key_from_id(id, kind, *path))
    except ValueError as malformed:
        raise wrong_id(kind, *path) from malformed


def wrong_id(kind: str, *path: str) -> InvalidInput:
    return InvalidInput(
        f"This is not an id of the type {kind}.", path=path, code=InvalidInputCode.WRONG_FORMAT
    )


def key_from_optional_id(id: str | None, kind: str, *path: str) -> str | None:
    """As `key_from_id`; None where no id is given.

    Raises:
        InvalidInput: another type's id, or no id.
    """
    return id and key_from_id(id, kind, *path)


@strawberry.type(description="Where in the list a page is.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge; ask on with `after`.")


@strawberry.type(description="An item of a page.")
class Edge(Generic[T]):
    """An edge computes both fields from its row when they are requested."""

    row: strawberry.Private[Any]
    key: strawberry.Private[Callable[[Any], Key]]
    show: strawberry.Private[Callable[[Any], Any]]
    cache_key: strawberry.Private[Hashable] = None

    @strawberry.field(description="Where the item is; a page can start after it.")
    def cursor(self) -> str:
        return encode_cursor(self.key(self.row))

    @strawberry.field(description="The item itself.")
    def node(self) -> T:
        return self.show(self.row)  # type: ignore[no-any-return]


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(
        description="The items of this page, in order.", directives=[Cost(weight=0)]
    )
    page_info: PageInfo = strawberry.field(
        description="Where in the list this page is.", directives=[Cost(weight=0)]
    )
    count: strawberry.Private[int | Callable[[], Awaitable[int]] | None] = None

    @strawberry.field(
        description="The number of items on all pages; null for open slots, which `availability` counts.",
        directives=[Cost(weight=COUNT_WEIGHT)],
    )
    async def total_count(self) -> int | None:
        return await self.count() if callable(self.count) else self.count


def paginate(
    rows: Sequence[Row],
    *,
    key: Callable[[Row], Key],
    show: Callable[[Row], T],
    first: int,
    after: str | None,
    rows_are_cacheable: bool = False,
    is_counted: bool = True,
) -> Connection[T]:
    """The `first` rows behind the cursor `after`. The rows come sorted by `key`, which is unique.

    `rows_are_cacheable`: a row and the catalogue determine all that is shown (see `compiled_execution`).
    `is_counted`: the list has a `totalCount`; not for a sequence that makes its rows when they are read.

    Raises:
        InvalidInput: a page size out of range, or a cursor that is none of this list.
    """
    last_seen = cursor_key(first, after, like=key(rows[0]) if after is not None and rows else None)
    start = 0 if last_seen is None else bisect_right(rows, last_seen, key=key)
    remaining = rows[start : start + first + 1]
    return connection(
        remaining,
        key=key,
        show=show,
        first=first,
        is_first=start == 0,
        count=len(rows) if is_counted else None,
        rows_are_cacheable=rows_are_cacheable,
    )


def cursor_key(first: int, after: str | None, *, like: Key | None) -> Key | None:
    """The key of the row before the page; None for the first page. `like` is a key of the same shape.

    Raises:
        InvalidInput: a page size out of range, or a cursor that is none of this list.
    """
    if not 1 <= first <= MAX_PAGE_SIZE:
        raise InvalidInput(
            f"A page has 1 to {MAX_PAGE_SIZE} items.", path=("first",), code=InvalidInputCode.OUT_OF_RANGE
        )
    return None if after is None else _decode_cursor(after, like=like)


def connection(
    rows: Sequence[Row],
    *,
    key: Callable[[Row], Key],
    show: Callable[[Row], T],
    first: int,
    is_first: bool,
    count: int | Callable[[], Awaitable[int]] | None,
    rows_are_cacheable: bool = False,
) -> Connection[T]:
    """A page of the first rows; one row beyond the page is enough to know that there is a next page.

    `count` is the number of items on all pages; a function is called only where it is requested, and
    None is shown as null.
    """
    page = rows[:first]
    return Connection(
        edges=[
            Edge(row=row, key=key, show=show, cache_key=cast(Hashable, row) if rows_are_cacheable else None)
            for row in page
        ],
        page_info=PageInfo(
            has_next_page=len(rows) > first,
            has_previous_page=not is_first,
            start_cursor=encode_cursor(key(page[0])) if page else None,
            end_cursor=encode_cursor(key(page[-1])) if page else None,
        ),
        count=count,
    )


def encode_cursor(key: Key) -> str:
    return _encode(json.dumps(key))


def invalid_cursor() -> InvalidInput:
    return InvalidInput(
        "This is not a cursor of this list.", path=("after",), code=InvalidInputCode.WRONG_FORMAT
    )


def _decode_cursor(text: str, *, like: Key | None) -> Key:
    try:
        key = tuple(json.loads(_decode(text)))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        key = ()
    if not key or (like is not None and [type(part) for part in key] != [type(part) for part in like]):
        raise invalid_cursor()
    return key


def _encode(text: str) -> str:
    """Base 64 for URLs, without padding."""
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(text: str) -> str:
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode()
