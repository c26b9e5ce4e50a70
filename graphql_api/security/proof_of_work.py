"""Proof of work: under attack, a clinic asks clients to compute for a second before they hold a time.

https://altcha.org/docs/v1/proof-of-work/
"""

import hashlib
import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta

from altcha.v1 import Challenge, create_challenge, extract_params, verify_solution

MAX_NUMBER = 50_000
"""Hashes at most; a phone needs a second or two."""
CHALLENGE_LIFETIME = timedelta(minutes=5)
MAX_PROOF_LENGTH = 1000


class ProofOfWork:
    """Challenges that any replica with the same secret can check."""

    def __init__(self, secret: str, work: int = MAX_NUMBER) -> None:
        self._secret = secret
        self._work = work

    def challenge(self, now: datetime) -> Challenge:
        return create_challenge(
            algorithm="SHA-256",
            max_number=self._work,
            salt_length=12,
            hmac_key=self._secret,
            salt="",
            number=None,
            expires=now + CHALLENGE_LIFETIME,
            params=None,
        )

    def checked(self, proof: str | None, now: datetime) -> bytes | None:
        """A hash that identifies the proof; None for a wrong or expired one."""
        if proof is None or len(proof) > MAX_PROOF_LENGTH:
            return None
        try:
            parts = json.loads(b64decode(proof, validate=True))
            is_solved, _ = verify_solution(parts, self._secret, check_expires=False)
            expires = datetime.fromtimestamp(int(extract_params(parts)["expires"][0]), UTC)
            solved = str(parts["challenge"]).encode()
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            return None
        return hashlib.sha256(b"proof\n" + solved).digest() if is_solved and now < expires else None
