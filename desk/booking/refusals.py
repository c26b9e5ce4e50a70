"""The refusals of which a use-case raised several at once."""

from collections.abc import Iterator

from booking.domain.errors import BookingError


def refusals_in(group: BaseExceptionGroup) -> Iterator[BookingError]:
    """All that is wrong with the details.

    Raises:
        BaseExceptionGroup: something else than a refusal went wrong.
    """
    for each in group.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from refusals_in(each)
        elif isinstance(each, BookingError):
            yield each
        else:
            raise group
