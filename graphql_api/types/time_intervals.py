"""TimeInterval: from an instant up to another, in the clinic's own time."""

from datetime import datetime

import strawberry


@strawberry.interface(description="From an instant up to another, with the clinic's offset.")
class TimeInterval:
    starts_at: datetime = strawberry.field(description="When it starts.")
    ends_at: datetime = strawberry.field(description="When it ends.")
