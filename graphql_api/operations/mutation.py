"""run_mutation: one transaction of a mutation, whose refusals become problems."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from typing import TypeVar

from booking.domain import errors
from booking.domain.errors import BookingError
from booking.storage.session import BookingSession
from graphql_api.context.context import Context
from graphql_api.types.problems import Problem, code_of

T = TypeVar("T")
Work = Callable[[BookingSession], Awaitable[T]]


async def run_mutation(
    context: Context, work: Work[T], *, turn: AbstractAsyncContextManager[None] | None = None
) -> tuple[T | None, list[Problem]]:
    """Run the work in one short transaction. A refusal undoes it and comes back as problems of `input`.

    When it returns, also with a refusal, no process answers any request with older data.

    The transaction begins in the `turn`, which may refuse beforehand: so it waits for no other writer.
    """
    outcome = await _outcome(context, work, turn or nullcontext())
    await context.internals.wait_until_visible()
    return outcome


async def _outcome(
    context: Context, work: Work[T], turn: AbstractAsyncContextManager[None]
) -> tuple[T | None, list[Problem]]:
    try:
        async with turn, context.database.write() as session:
            return await work(session), []
    except BookingError as refusal:
        if isinstance(refusal, errors.CallTheClinic):
            context.internals.budgets.screening.refused()
        return None, [to_problem(refusal, context)]
    except ExceptionGroup as group:
        refusals, others = group.split(BookingError)
        if refusals is None or others is not None:
            raise
        parts = refusals.exceptions
        return None, [to_problem(part, context) for part in parts if isinstance(part, BookingError)]


def to_problem(refusal: BookingError, context: Context) -> Problem:
    """Show a refusal by the type of its class or else of its nearest base; Declined shows any other."""
    types = context.internals.problem_types
    refusal = refusal.with_changes(message=refusal.in_language(context.language))
    kind = next((kind for kind in type(refusal).__mro__ if kind in types), errors.Declined)
    context.internals.refusals.add(code_of(refusal))
    shown: Problem = types[kind].of(_prefix_path("input", refusal))
    return shown


@contextmanager
def in_argument(argument: str) -> Iterator[None]:
    """Let refusals inside name their input as part of this argument."""
    try:
        yield
    except BookingError as refusal:
        raise _prefix_path(argument, refusal) from refusal


def _prefix_path(argument: str, refusal: BookingError) -> BookingError:
    return refusal.with_changes(path=(argument, *refusal.path)) if refusal.path else refusal
