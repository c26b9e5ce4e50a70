"""GraphQL errors as a caller may see them: refusals with their code, the unexpected masked."""

from typing import Any

from graphql import GraphQLError

from booking.domain.errors import BookingError, CheckFailed
from graphql_api.types.problems import code_of

FEATURE_FAILED = "FEATURE_FAILED"


def show_error(error: GraphQLError, *, suggests: bool) -> dict[str, Any]:
    """A GraphQL error as the caller may see it: refusals with their code, the unexpected masked.

    Unless `suggests`, it does not say which name was probably meant: that tells of names.
    """
    if (error.extensions or {}).get("code") == FEATURE_FAILED:
        error = GraphQLError(
            "This part can't be answered just now; all else is as it should be.",
            path=error.path,
            extensions=error.extensions,
        )
    elif is_unexpected(error):
        error = GraphQLError(
            "Something went wrong on our side. Please try again, or call the clinic.",
            path=error.path,
            extensions=error.extensions,
        )
    elif isinstance(error.original_error, BookingError):
        refusal = error.original_error
        error.extensions = {"code": code_of(refusal), "path": list(refusal.path)}
        if isinstance(refusal, CheckFailed):
            error.extensions["feature"] = refusal.feature
    shown = dict(error.formatted)
    if not suggests:
        shown["message"] = error.message.partition(" Did you mean ")[0]
    return shown


def is_unexpected(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(
        error.original_error, (GraphQLError, BookingError)
    )


def is_refusal(error: GraphQLError) -> bool:
    """One that was meant: with data of its own, or a code."""
    reason = error.original_error or error
    return isinstance(reason, BookingError) or "code" in (getattr(reason, "extensions", None) or ())
