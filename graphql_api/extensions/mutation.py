"""run_mutation as features call it: the transaction is short, however long the mutation may take."""

from datetime import timedelta

from booking.extensions.isolation import with_timeout
from booking.storage.session import BookingSession
from graphql_api.context.context import Context
from graphql_api.operations import mutation
from graphql_api.operations.mutation import T, Work
from graphql_api.types.problems import Problem

TRANSACTION_TIMEOUT = timedelta(seconds=2)
"""Short, because bookings wait for the transaction's locks meanwhile."""


class LongTransaction(Exception):
    """The work of a mutation took longer than its transaction may."""


async def run_mutation(context: Context, work: Work[T]) -> tuple[T | None, list[Problem]]:
    """Run the work in one transaction. A refusal undoes it and comes back as problems of `input`.

    When it returns, also with a refusal, no process answers any request with older data. The work has 2
    seconds: call other systems before or after it. An idempotency key makes a repeated call harmless, see
    `idempotent_request`.

    Raises:
        LongTransaction: the work took longer, and was rolled back.
    """

    async def in_time(session: BookingSession) -> T:
        try:
            return await with_timeout(work(session), TRANSACTION_TIMEOUT)
        except TimeoutError as late:
            raise LongTransaction("call other systems before or after run_mutation") from late

    return await mutation.run_mutation(context, in_time)
