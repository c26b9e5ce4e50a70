"""GraphQL errors as a caller sees them: refusals with their code, unexpected ones masked and logged."""

import logging
import secrets
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from booking.domain.errors import BookingError, CheckFailed, InvalidInput, TryAgain
from graphql_api.context.request_id import request_id
from graphql_api.limits.rate_limiting import ClientBudget
from graphql_api.types.problems import code_of

log = logging.getLogger("book_online")

FEATURE_FAILED = "FEATURE_FAILED"
PART_FAILED = "This part can't be answered just now; all else is as it should be."
MAY_BE_DONE = "This was not finished, and may be done in part. Please look before you ask again."
SOMETHING_WENT_WRONG = "Something went wrong on our side. Please try again, or call the clinic."


def show_error(error: GraphQLError, *, suggests: bool, phone: Mapping[str, str]) -> dict[str, Any]:
    """The error as JSON. Without `suggests` it names no similar name, which would reveal the schema.

    A failure of ours has the clinic's `phone` among its extensions: `phone` for links, and `phoneShown`.
    """
    if (error.extensions or {}).get("code") == FEATURE_FAILED:
        error = _masked(error, MAY_BE_DONE if "outcome" in (error.extensions or {}) else PART_FAILED)
    elif is_unexpected(error):
        error = _masked(error, SOMETHING_WENT_WRONG)
        error.extensions = {**(error.extensions or {}), **phone}
    elif isinstance(error.original_error, BookingError):
        refusal = error.original_error
        error.extensions = {"code": code_of(refusal), "path": list(refusal.path)}
        if isinstance(refusal, TryAgain):
            error.extensions |= phone
        if isinstance(refusal, CheckFailed):
            error.extensions["feature"] = refusal.feature
        if isinstance(refusal, InvalidInput):
            error.extensions["inputCode"] = refusal.code.name
    shown = dict(error.formatted)
    if not suggests:
        shown["message"] = error.message.partition(" Did you mean ")[0]
    return shown


def shown_code(error: GraphQLError) -> str:
    """The code with which the error is shown; INVALID_DOCUMENT for one of the document or its variables."""
    code = (error.extensions or {}).get("code")
    if code == FEATURE_FAILED:
        return FEATURE_FAILED
    if is_unexpected(error):
        return "INTERNAL"
    if isinstance(error.original_error, BookingError):
        return code_of(error.original_error)
    return code if isinstance(code, str) else "INVALID_DOCUMENT"


def _masked(error: GraphQLError, message: str) -> GraphQLError:
    return GraphQLError(message, path=error.path, extensions=error.extensions)


def log_incident(error: GraphQLError, feature: str | None, *, in_own_mutation: bool = False) -> None:
    """Log an error of a feature, or an unexpected one of the core, and give it the id of the incident.

    In a mutation of the feature's own, the core can't know what was committed before the error.
    """
    incident = secrets.token_hex(4)
    if feature and not is_refusal(error):
        error.extensions = {"code": FEATURE_FAILED, "feature": feature, "incident": incident}
        if in_own_mutation:
            error.extensions["outcome"] = "UNKNOWN"
        text = "incident %s at %s in the feature %s, request %s"
        log.error(text, incident, error.path, feature, request_id.get(), exc_info=error.original_error)
    elif is_unexpected(error):
        error.extensions = {"code": "INTERNAL", "incident": incident}
        text = "incident %s at %s, request %s"
        log.error(text, incident, error.path, request_id.get(), exc_info=error.original_error)


def is_unexpected(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(
        error.original_error, (GraphQLError, BookingError)
    )


def is_refusal(error: GraphQLError) -> bool:
    """Whether the error was raised on purpose: a BookingError, or an error with a code."""
    reason = error.original_error or error
    return isinstance(reason, BookingError) or "code" in (getattr(reason, "extensions", None) or ())


def rate_limited_error(budget: ClientBudget) -> GraphQLError:
    return GraphQLError(
        f"You have asked for much in a short time. Please ask again in {budget.wait} s.",
        extensions={"code": "RATE_LIMITED", "retryAfterSeconds": budget.wait},
    )
