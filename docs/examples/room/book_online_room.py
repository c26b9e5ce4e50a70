"""One needling room for all who needle: what one has booked there, nobody else can."""

from collections.abc import Sequence

from book_online.extend import BusyQuery, BusyTime, Feature, FeatureSettings, Proposal

ROOM = "needling-room"


class RoomSettings(FeatureSettings):
    """The services (slugs) that need the room."""

    services: list[str]


async def take_the_room(proposal: Proposal) -> None:
    """The database keeps a second visit out, whoever is quicker."""
    if proposal.service in proposal.settings.services:
        await proposal.claim(ROOM)


async def room_is_taken(query: BusyQuery) -> Sequence[BusyTime]:
    """So that nobody is offered a time without a room."""
    if query.service not in query.settings.services:
        return []
    taken = await query.claimed(ROOM)
    return [BusyTime(who, start, end) for who in query.practitioners for start, end in taken]


feature = Feature(
    name="room",
    api=1,
    rules=[take_the_room],
    busy_sources=[room_is_taken],
    settings=RoomSettings,
    is_cacheable=True,
)
