"""Payload: the base of all mutations' payloads; and the description of idempotency keys."""

import strawberry

from graphql_api.types.problems import Problem

IDEMPOTENCY_KEY = (
    "A secret of yours, new for each intention, like a random UUID. Within a day, a repeat with it "
    "does nothing again and answers with what the first request did; with other input it is refused."
)


@strawberry.type
class Payload:
    problems: list[Problem] = strawberry.field(
        default_factory=list, description="Why it was refused; empty when it was not."
    )
