"""Images that this server has: photos of practitioners."""

from typing import Annotated, Self

import strawberry

from booking.catalogue.photos import PhotoAddress, size_for
from graphql_api.context.context import Context
from graphql_api.limits.query_cost import Cost

FREE = Cost(weight=0)
"""The catalogue's cache knows the addresses of all photos."""
PhotoSize = Annotated[
    int,
    strawberry.argument(
        description="The width in pixels that it is shown at; for sharp screens twice as many as in CSS."
    ),
]


@strawberry.type(description="An image on this server.")
class Image:
    url: str = strawberry.field(description="Its address; another image has another one.")
    width: int = strawberry.field(description="Its width in pixels.")
    height: int = strawberry.field(description="Its height in pixels.")

    @classmethod
    def of_photo(cls, practitioner: str, version: str | None, pixels: int, context: Context) -> Self | None:
        """The picture that is sharp on so many pixels; None for a practitioner without a photo."""
        if version is None:
            return None
        address = PhotoAddress(practitioner, version, size_for(pixels))
        return cls(url=f"{context.internals.site}{address.path}", width=address.size, height=address.size)
