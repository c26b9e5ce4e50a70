"""What a provider says of itself (OpenID Connect Discovery 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from booking.staff.openid.registration import Registration, is_secure
from booking.staff.refusals import ProviderUnavailable

WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class ProviderMetadata:
    """Addresses of the provider. `takes_basic`: the client's secret goes into a header, not into the form."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    takes_basic: bool

    @classmethod
    def of(cls, body: Mapping[str, Any], registration: Registration) -> Self:
        """
        Raises:
            ProviderUnavailable: it is another provider's, or an address is missing or can be listened to.
        """
        if body.get("issuer") != registration.issuer:
            raise ProviderUnavailable(detail=f"its issuer is {str(body.get('issuer'))[:200]!r}")
        addresses = [body.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        for address in addresses:
            if not is_secure(address, loopback=registration.allows_loopback):
                raise ProviderUnavailable(detail=f"an address of its metadata is {str(address)[:200]!r}")
        authorization, token, keys = map(str, addresses)
        # By default it is the only method.
        methods = body.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return cls(authorization, token, keys, isinstance(methods, list) and "client_secret_basic" in methods)
