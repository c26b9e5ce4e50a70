"""Relay connections with keyset cursors: nothing is skipped or shown twice while others book."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

import strawberry

from booking.errors import InvalidInput
from graphql_api.guards.cost import Cost
from graphql_api.guards.limits import LONGEST_PAGE

T = TypeVar("T")
Row = TypeVar("Row")
Key = tuple[int | str, ...]

PAGE = 20

First = Annotated[int, strawberry.argument(description=f"How many at most, 1 to {LONGEST_PAGE}.")]
After = Annotated[str | None, strawberry.argument(description="The `endCursor` of the page before.")]


@strawberry.type(description="Where in the list a page is.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge; ask on with `after`.")


@strawberry.type(description="An item of a page.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Where the item is; a page can start after it.")
    node: T = strawberry.field(description="The item itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(
        description="The items of this page, in order.", directives=[Cost(weight=0)]
    )
    page_info: PageInfo = strawberry.field(
        description="Where in the list this page is.", directives=[Cost(weight=0)]
    )


def page(
    rows: Sequence[Row], *, key: Callable[[Row], Key], show: Callable[[Row], T], first: int, after: str | None
) -> Connection[T]:
    """The `first` rows behind the cursor `after`. The rows come sorted by `key`, which tells them apart.

    Refuses with InvalidInput for a size or a cursor that can't be.
    """
    if not 1 <= first <= LONGEST_PAGE:
        raise InvalidInput(f"A page has 1 to {LONGEST_PAGE} items.", path=("first",))
    keys = [key(row) for row in rows]
    start = 0
    if after is not None:
        seen = _parse_cursor(after, like=keys[0] if keys else None)
        start = next((n for n, k in enumerate(keys) if k > seen), len(keys)) if keys else 0
    shown = range(start, min(start + first, len(rows)))
    edges = [Edge(cursor=_cursor(keys[n]), node=show(rows[n])) for n in shown]
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=shown.stop < len(rows),
            has_previous_page=start > 0,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )


def _cursor(key: Key) -> str:
    return urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _parse_cursor(cursor: str, *, like: Key | None) -> Key:
    try:
        key = tuple(json.loads(urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        key = ()
    if not key or (like is not None and [type(part) for part in key] != [type(part) for part in like]):
        raise InvalidInput("This is not a cursor of this list.", path=("after",))
    return key
