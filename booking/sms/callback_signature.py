"""The signature of a gateway's callback, `X-Twilio-Signature`.

https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

import hmac
from base64 import b64encode
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

DEFAULT_PORTS = {"https": 443, "http": 80}


def sign_callback(token: str, url: str, form: Collection[tuple[str, str]]) -> str:
    """HMAC-SHA1, by the account's token, of the URL and the sorted fields of its form, in base64."""
    fields = "".join(name + value for name, value in sorted(set(form)))
    digest = hmac.digest(token.encode(), (url + fields).encode("utf-8", "surrogatepass"), "sha1")
    return b64encode(digest).decode()


def is_signed(token: str, url: str, form: Collection[tuple[str, str]], signature: str) -> bool:
    """Compared in constant time. A gateway may write the scheme's own port, or leave it out."""
    given = signature.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(sign_callback(token, each, form).encode(), given) for each in _urls(url))


def _urls(url: str) -> Iterator[str]:
    yield url
    parts = urlsplit(url)
    default = DEFAULT_PORTS.get(parts.scheme)
    if parts.port is None and default:
        yield parts._replace(netloc=f"{parts.netloc}:{default}").geturl()
