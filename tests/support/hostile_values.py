"""Values that no client should send, as raw JSON."""

import json
from base64 import urlsafe_b64encode

DIGITS = "9" * 4_301
"""More than Python reads."""


def encoded(*texts: str) -> list[str]:
    """In the form that ids and cursors have."""
    return [
        json.dumps(urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("="))
        for text in texts
    ]


NUMBERS = [
    *("0", "-1", "-0", "1.5", "101", "2147483647", "2147483648", "9223372036854775808"),
    *("-9223372036854775809", "1e18", "1e308", "1e999", "-1e999", "1e-999", "9" * 64),
    *(DIGITS, f"-{DIGITS}", f"1.{DIGITS}", f"1e{DIGITS}"),
]
TEXTS = [
    *('""', '" "', r'"\u0000"', r'"a\u0000b"', r'"\ud800"', r'"\udc00\ud800"', r'"\u202e"'),
    *('"%s %d {}"', '"1e5"', '"NaN"', '"-1"', '"=="', '"a="', f'"{DIGITS}"', f'"{"x" * 5_000}"'),
]
TIMES = [
    *('"0000-01-01"', '"0001-01-01"', '"9999-12-31"', '"10000-01-01"', '"2026-02-30"', '"-2026-01-01"'),
    *('"0000-01-01T00:00:00Z"', '"0001-01-01T00:00:00Z"', '"0001-01-01T00:00:00+23:59"'),
    *('"9999-12-31T23:59:59Z"', '"9999-12-31T23:59:59-23:59"', '"9999-12-31T23:59:59.999999999Z"'),
    *('"2026-11-24T09:00:00+99:99"', '"2026-11-24T24:00:00Z"', '"2026-11-24T23:59:60Z"'),
    *('"2026-11-24T09:00:00"', '"\u0662\u0660\u0662\u0666-11-24"', '"24:00"', '"99:99"'),
]
IDS = encoded(
    *("", ":", "Service:", "Service", "Nothing:x", "Service:\0", "Service:" + "x" * 3_000, "Clinic:2"),
    *("Appointment:x", "Appointment:-1", "Hold:9999999999999999999", "OpenSlot:a:b:c", "OpenSlot:"),
    *("Practitioner:\u00e9", "Service:\ud800", f"WebhookEndpoint:{DIGITS}"),
)
CURSORS = encoded(
    *("[]", "{}", "null", "true", "1", '"a"', "[null]", "[true]", "[[1]]", "[NaN]", "[1e999]", "[1"),
    *(f"[{2**80}]", f"[1{'0' * 400}]", f"[{DIGITS}]", "[" * 3_000, r'["\u0000"]', r'["\ud800"]'),
    *('["9999-12-31", "a"]', '["a", "b", "c"]', '["a", 1]', '[1, "a"]', '{"a": 1}', '[""]'),
)
SHAPES = ["null", "true", "[]", "{}", "[null]", "[[]]", '{"a": 1}', '[{"a": [1]}]', "[" * 90 + "]" * 90]
WRONG_FOR_MOST = [*SHAPES, *NUMBERS[-4:], *TEXTS[:4]]
VALUES = {
    "Int": NUMBERS,
    "Float": NUMBERS,
    "String": [*TEXTS, *CURSORS],
    "ID": [*NUMBERS, *TEXTS, *IDS],
    "DateTime": [*NUMBERS[:3], *TIMES],
    "LocalDate": [*NUMBERS[:3], *TIMES],
    "LocalTime": [*NUMBERS[:3], *TIMES],
}
"""By the name of an input's type."""
LITERALS = [*NUMBERS, *TEXTS[:8], *SHAPES[:6], "A", "$v", "{a: 1}"]

BODIES = {
    "a key twice": '{"query": "{ nothing }", "query": "{ __typename }"}',
    "NaN": '{"query": "{ __typename }", "variables": {"a": NaN}}',
    "Infinity": '{"query": "{ __typename }", "variables": {"a": -Infinity}}',
    "a deep list": '{"query": "{ __typename }", "variables": {"a": ' + "[" * 30_000 + "]" * 30_000 + "}}",
    "a deep object": '{"query": "{ __typename }", "variables": ' + '{"a":' * 9_000 + "1" + "}" * 9_000 + "}",
    "half a pair in a variable's name": r'{"query": "{ __typename }", "variables": {"\ud800": 1}}',
    "half a pair in the document": r'{"query": "{ node(id: \"\ud800\") { id } }"}',
    "an escape without its pair": r'{"query": "{ node(id: \"\\uD800\") { id } }"}',
    "an escape beyond Unicode": r'{"query": "{ node(id: \"\\u{110000}\") { id } }"}',
    "NUL in the document": r'{"query": "{ __typename \u0000 }"}',
    "NUL in a string": r'{"query": "{ node(id: \"a\\u0000b\") { id } }"}',
    "NUL in the operation's name": r'{"query": "{ __typename }", "operationName": "\u0000"}',
    "half a pair in the operation's name": r'{"query": "{ __typename }", "operationName": "\ud800"}',
    "an unknown variable": '{"query": "{ __typename }", "variables": {"none": {"a": [1]}}}',
    "a deep document": json.dumps({"query": "{ node(id: " + "[" * 5_000 + "]" * 5_000 + ") { id } }"}),
    "an id of digits": json.dumps({"query": "{ node(id: " + DIGITS + ") { id } }"}),
    "a block of text": json.dumps({"query": '{ node(id: """' + "\n\t x" * 9_000 + '""") { id } }'}),
}
"""Whole requests."""
