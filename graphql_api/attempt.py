"""The border where a refusal becomes a problem."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from booking import errors
from booking.errors import BookingError, NotFound, TooManyGuesses
from graphql_api.context import Context
from graphql_api.problems import Declined, Problem

T = TypeVar("T")

SECRETS = {"holdToken", "holdTokens", "manageToken"}


async def attempt(
    context: Context,
    work: Callable[[AsyncSession], Awaitable[T]],
    *,
    check: Callable[[AsyncSession], Awaitable[None]] | None = None,
) -> tuple[T | None, list[Problem]]:
    """One short transaction. A refusal undoes it and comes back as problems of the mutation's `input`.

    On return, also with a refusal, no process gives an older answer to anybody who asks.

    `check` may refuse beforehand, while it only reads and so waits for nobody.
    """
    outcome = await _tried(context, work, check)
    await context.be_seen()
    return outcome


async def _tried(
    context: Context,
    work: Callable[[AsyncSession], Awaitable[T]],
    check: Callable[[AsyncSession], Awaitable[None]] | None,
) -> tuple[T | None, list[Problem]]:
    try:
        refuse_guesses(context)
        if check is not None:
            async with context.database.read() as session:
                await check(session)
        async with context.database.write() as session:
            return await work(session), []
    except BookingError as refusal:
        note_guess(context, refusal)
        return None, [show(refusal, context)]
    except ExceptionGroup as refusals:
        expected, other = refusals.split(BookingError)
        if other is not None or expected is None:
            raise
        return None, [
            show(refusal, context) for refusal in expected.exceptions if isinstance(refusal, BookingError)
        ]


def refuse_guesses(context: Context) -> None:
    """Who only guesses at secrets is not listened to for a while."""
    if not context.meters.guesses.may(1):
        raise TooManyGuesses(retry_after=timedelta(seconds=context.meters.guesses.wait))


def note_guess(context: Context, refusal: BookingError) -> None:
    if isinstance(refusal, NotFound) and SECRETS & set(refusal.path):
        context.meters.guesses.charge(1)


def show(refusal: BookingError, context: Context) -> Problem:
    """By its own type, or else by that of what it is a kind of; in the end it is Declined."""
    kinds: Iterator[type[Problem]] = (
        context.problems[kind] for kind in type(refusal).__mro__ if kind in context.problems
    )
    if isinstance(refusal, errors.Declined):
        refusal = replace(refusal, message=refusal.in_language(context.language))
    return next(kinds, Declined).of(_under("input", refusal))


@contextmanager
def within(argument: str) -> Iterator[None]:
    """Refusals inside name their input as part of this argument."""
    try:
        yield
    except BookingError as refusal:
        raise _under(argument, refusal) from refusal


def _under(argument: str, refusal: BookingError) -> BookingError:
    return replace(refusal, path=(argument, *refusal.path)) if refusal.path else refusal
