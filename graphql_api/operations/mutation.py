"""The border where a refusal becomes a problem."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from booking.domain import errors
from booking.domain.errors import BookingError, NotFound, TooManyGuesses
from booking.storage.session import BookingSession
from graphql_api.resolvers.context import Context
from graphql_api.types.problems import Declined, Problem

T = TypeVar("T")

SECRETS = {"holdToken", "holdTokens", "manageToken"}


async def run_mutation(
    context: Context,
    work: Callable[[BookingSession], Awaitable[T]],
    *,
    check: Callable[[BookingSession], Awaitable[None]] | None = None,
) -> tuple[T | None, list[Problem]]:
    """One short transaction. A refusal undoes it and comes back as problems of the mutation's `input`.

    On return, also with a refusal, no process gives an older answer to anybody who asks.

    `check` may refuse beforehand, while it only reads and so waits for nobody.
    """
    outcome = await _run(context, work, check)
    await context.internals.wait_until_visible()
    return outcome


async def _run(
    context: Context,
    work: Callable[[BookingSession], Awaitable[T]],
    check: Callable[[BookingSession], Awaitable[None]] | None,
) -> tuple[T | None, list[Problem]]:
    try:
        check_guess_limit(context)
        if check is not None:
            async with context.database.read() as session:
                await check(session)
        async with context.database.write() as session:
            return await work(session), []
    except BookingError as refusal:
        count_guess(context, refusal)
        return None, [to_problem(refusal, context)]
    except ExceptionGroup as refusals:
        expected, other = refusals.split(BookingError)
        if other is not None or expected is None:
            raise
        return None, [
            to_problem(refusal, context)
            for refusal in expected.exceptions
            if isinstance(refusal, BookingError)
        ]


def check_guess_limit(context: Context) -> None:
    """Who only guesses at secrets is not listened to for a while."""
    if not context.internals.budgets.guesses.may(1):
        raise TooManyGuesses(retry_after=timedelta(seconds=context.internals.budgets.guesses.wait))


def count_guess(context: Context, refusal: BookingError) -> None:
    if isinstance(refusal, NotFound) and SECRETS & set(refusal.path):
        context.internals.budgets.guesses.charge(1)


def to_problem(refusal: BookingError, context: Context) -> Problem:
    """Show a refusal by the type of its class or else of its nearest base; Declined shows any other."""
    types = context.internals.problem_types
    if isinstance(refusal, errors.Declined):
        refusal = replace(refusal, message=refusal.in_language(context.language))
    shown_by: type[Problem] = next((types[kind] for kind in type(refusal).__mro__ if kind in types), Declined)
    return shown_by.of(_prefix_path("input", refusal))


@contextmanager
def in_argument(argument: str) -> Iterator[None]:
    """Refusals inside name their input as part of this argument."""
    try:
        yield
    except BookingError as refusal:
        raise _prefix_path(argument, refusal) from refusal


def _prefix_path(argument: str, refusal: BookingError) -> BookingError:
    return replace(refusal, path=(argument, *refusal.path)) if refusal.path else refusal
