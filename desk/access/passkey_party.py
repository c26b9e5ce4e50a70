"""The site that members' passkeys are for."""

from booking.domain.errors import NotFound
from booking.domain.translations import in_language
from booking.staff.passkeys.credentials import RelyingParty
from booking.storage.queries.catalogue import get_clinic
from booking.storage.session import BookingSession
from desk.http.request import PublicRequest


async def passkey_party(session: BookingSession, request: PublicRequest) -> RelyingParty | None:
    """None where browsers make no passkeys: at an IP address."""
    name = in_language((await get_clinic(session)).name, request.texts.language)
    return RelyingParty.of_site(request.site.url, name)


async def required_party(session: BookingSession, request: PublicRequest) -> RelyingParty:
    """
    Raises:
        NotFound: there are no passkeys at this address.
    """
    party = await passkey_party(session, request)
    if party is None:
        raise NotFound("There are no passkeys at an IP address.")
    return party
