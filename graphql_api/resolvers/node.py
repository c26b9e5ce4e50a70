"""The interface of everything that has an id."""

import strawberry


@strawberry.interface(
    description="An object with an id of its own. Ids are opaque: keep them, don't read them."
)
class Node:
    id: strawberry.ID = strawberry.field(description="Names this object among all objects.")
