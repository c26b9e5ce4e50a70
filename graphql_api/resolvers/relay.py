"""Relay connections with keyset cursors: nothing is skipped or shown twice while others book."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Callable, Hashable, Sequence
from typing import Annotated, Any, Generic, TypeVar, cast

import strawberry

from booking.domain.errors import InvalidInput
from graphql_api.security.limits import MAX_PAGE_SIZE
from graphql_api.security.query_cost import Cost

T = TypeVar("T")
Row = TypeVar("Row")
Key = tuple[int | str, ...]

DEFAULT_PAGE_SIZE = 20

First = Annotated[int, strawberry.argument(description=f"How many at most, 1 to {MAX_PAGE_SIZE}.")]
After = Annotated[str | None, strawberry.argument(description="The `endCursor` of the page before.")]


@strawberry.type(description="Where in the list a page is.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge; ask on with `after`.")


@strawberry.type(description="An item of a page.")
class Edge(Generic[T]):
    """Both fields are made of the row, when they are asked for."""

    row: strawberry.Private[Any]
    key: strawberry.Private[Callable[[Any], Key]]
    show: strawberry.Private[Callable[[Any], Any]]
    cache_key: strawberry.Private[Hashable] = None

    @strawberry.field(description="Where the item is; a page can start after it.")
    def cursor(self) -> str:
        return _cursor(self.key(self.row))

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


def paginate(
    rows: Sequence[Row],
    *,
    key: Callable[[Row], Key],
    show: Callable[[Row], T],
    first: int,
    after: str | None,
    rows_are_cacheable: bool = False,
) -> Connection[T]:
    """The `first` rows behind the cursor `after`. The rows come sorted by `key`, which tells them apart.

    `rows_are_cacheable`: a row and the catalogue determine all that is shown (see `compiled_execution`).
    Refuses with InvalidInput for a size or a cursor that can't be.
    """
    seen = cursor_key(first, after, like=key(rows[0]) if after is not None and rows else None)
    begins = 0 if seen is None else bisect_right(rows, seen, key=key)
    behind = rows[begins : begins + first + 1]
    return connection(
        behind, key=key, show=show, first=first, is_first=begins == 0, rows_are_cacheable=rows_are_cacheable
    )


def cursor_key(first: int, after: str | None, *, like: Key | None) -> Key | None:
    """The key that a page is to begin behind; None for the first page. Refuses as `page` does."""
    if not 1 <= first <= MAX_PAGE_SIZE:
        raise InvalidInput(f"A page has 1 to {MAX_PAGE_SIZE} items.", path=("first",))
    return None if after is None else _parse_cursor(after, like=like)


def connection(
    rows: Sequence[Row],
    *,
    key: Callable[[Row], Key],
    show: Callable[[Row], T],
    first: int,
    is_first: bool,
    rows_are_cacheable: bool = False,
) -> Connection[T]:
    """A page of the first rows; one row more than the page has is enough to know that there is more."""
    shown = rows[:first]
    return Connection(
        edges=[
            Edge(row=row, key=key, show=show, cache_key=cast(Hashable, row) if rows_are_cacheable else None)
            for row in shown
        ],
        page_info=PageInfo(
            has_next_page=len(rows) > first,
            has_previous_page=not is_first,
            start_cursor=_cursor(key(shown[0])) if shown else None,
            end_cursor=_cursor(key(shown[-1])) if shown else None,
        ),
    )


def _cursor(key: Key) -> str:
    return urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def invalid_cursor() -> InvalidInput:
    return InvalidInput("This is not a cursor of this list.", path=("after",))


def _parse_cursor(cursor: str, *, like: Key | None) -> Key:
    try:
        key = tuple(json.loads(urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        key = ()
    if not key or (like is not None and [type(part) for part in key] != [type(part) for part in like]):
        raise invalid_cursor()
    return key
