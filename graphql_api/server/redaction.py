"""Redaction: what a line of the log must not show, whoever wrote it, is replaced by `…`.

Nothing of ours logs a secret. This is for the text of others: a server's refusal, a proxy's request id, a
feature.
"""

import re

HIDDEN = "…"

SECRETS = re.compile(
    r"(?<=/visits/)[^\s\"'<>/?]+"
    r"|(?<=/waiting/)[^\s\"'<>/?]+"
    r"|(?<=/feeds/)[^\s\"'<>?]+"
    r"|(?<=/manage#)[^\s\"'<>]+"
    r"|(?<=/link#)[^\s\"'<>]+"
    r"|(?<=://)[^\s/@\"'<>]+(?=@)"  # the name and password of an address
    r"|(?<![0-9A-Za-z])[0-9A-Fa-f]{64}(?![0-9A-Za-z])"  # links of patients and staff
    r"|\b(?:bo_sec|whsec)_[\w+/=-]+"  # keys of partners, secrets of webhooks
    r"|(?<![\w-])[\w-]{43}(?![\w-])"  # holds
    r"|[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:]+\.[A-Za-z]{2,}"  # an address of e-mail
    r"|(?<![\w+])\+[1-9][0-9]{7,14}(?![0-9])"  # a phone number, E.164
)


def redacted(text: str) -> str:
    return SECRETS.sub(HIDDEN, text)
