"""What binds a provider's answer to the browser that was sent there, made of one token of it."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RequestSecrets:
    """`token` is random, and kept by the browser alone; the database has its hash."""

    token: str = field(repr=False)

    @property
    def state(self) -> str:
        """Comes back with the answer, so that no other site can bring one about."""
        return self._made_for("state")

    @property
    def nonce(self) -> str:
        """Is in the ID token, so that it is the one of this request."""
        return self._made_for("nonce")

    @property
    def code_verifier(self) -> str:
        """Of PKCE (RFC 7636): a code that somebody else got hold of is worth nothing."""
        return self._made_for("code_verifier")

    @property
    def code_challenge(self) -> str:
        """By the method S256."""
        return _base64url(hashlib.sha256(self.code_verifier.encode()).digest())

    def _made_for(self, purpose: str) -> str:
        # One says nothing about the others, nor about the token.
        key = self.token.encode("utf-8", "surrogatepass")
        return _base64url(hmac.new(key, b"openid " + purpose.encode(), hashlib.sha256).digest())


def _base64url(digest: bytes) -> str:
    return urlsafe_b64encode(digest).decode().rstrip("=")
