"""The tokens of an SQL dump, as `mysqldump` and `pg_dump` spell them."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from booking.imports.errors import UnreadableImport, at_line


@dataclass(frozen=True)
class Rules:
    """How a database spells texts and names."""

    escapes: bool
    """Whether a backslash in a text escapes what follows: in MySQL it does; in PostgreSQL only in E'...'."""
    comment: str
    text: str
    name: str


class Dialect(Enum):
    MYSQL = Rules(
        True,
        # MySQL wants white space behind two hyphens.
        comment=r"--(?=\s|\Z)[^\n]*+|\#[^\n]*+|/\*(?s:.*?)\*/",
        text=r"""(?:\b_[a-z0-9]+\s*+)?(?:'(?:[^'\\]|\\.|'')*+'|"(?:[^"\\]|\\.|"")*+")""",
        name=r"`(?:[^`]|``)*+`",
    )
    POSTGRESQL = Rules(
        False,
        comment=r"--[^\n]*+|/\*(?s:.*?)\*/",
        text=r"'(?:[^']|'')*+'",
        name=r'"(?:[^"]|"")*+"',
    )


class Kind(Enum):
    TEXT = "text"
    HEX = "hex"
    NUMBER = "number"
    NAME = "name"
    WORD = "word"
    MARK = "mark"
    END = "end"


class Token(NamedTuple):
    """`value` is what the token says, without quotes and escapes."""

    kind: Kind
    value: str
    at: int


# A backslash before any other character says that character (MySQL manual, "String Literals").
ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}
UNQUOTED = re.compile(r"\\(.)|''|\"\"", re.DOTALL)


class Tokens:
    """Reads a dump token by token, from `position` on."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text, self.dialect, self.position = text, dialect, 0
        rules = dialect.value
        self._pattern = re.compile(
            rf"""(?P<space>(?:\s++|{rules.comment})++)
            |(?P<hex>0x[0-9A-Fa-f]++|[xX]'[0-9A-Fa-f]*+')
            |(?P<escaped>[eE]'(?:[^'\\]|\\.|'')*+')
            |(?P<dollar>\$(?P<tag>[A-Za-z_]*+)\$(?s:.*?)\$(?P=tag)\$)
            |(?P<text>{rules.text})
            |(?P<name>{rules.name})
            |(?P<number>[+-]?(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+)
            |(?P<word>[A-Za-z_][A-Za-z0-9_$]*+)
            |(?P<mark>::|[^\s'"`])""",
            re.DOTALL | re.VERBOSE,
        )

    def next(self) -> Token:
        """The next token; one of the kind END at the end of the text.

        Raises:
            UnreadableImport: a text or a name is not closed.
        """
        while True:
            at = self.position
            if at >= len(self.text):
                return Token(Kind.END, "", at)
            match = self._pattern.match(self.text, at)
            if match is None:
                raise at_line(self.text, at, "a text that begins here is not closed; is the dump cut off?")
            self.position = match.end()
            if match.lastgroup != "space":
                return self._token(match, at)

    def _token(self, match: re.Match[str], at: int) -> Token:
        text = match[0]
        match match.lastgroup:
            case "hex":
                return Token(Kind.HEX, self._hex(text, at), at)
            case "escaped":
                return Token(Kind.TEXT, _unescaped(text[2:-1], "'"), at)
            case "tag" | "dollar":
                return Token(Kind.TEXT, text.split("$", 2)[2].rsplit("$", 2)[0], at)
            case "text":
                return Token(Kind.TEXT, self._text(text), at)
            case "name":
                return Token(Kind.NAME, text[1:-1].replace(text[0] * 2, text[0]), at)
            case "number":
                return Token(Kind.NUMBER, text, at)
            case "word":
                return Token(Kind.WORD, text, at)
            case _:
                return Token(Kind.MARK, text, at)

    def _text(self, text: str) -> str:
        start = min(place for quote in "'\"" if (place := text.find(quote)) >= 0)
        quote, inner = text[start], text[start + 1 : -1]
        if self.dialect.value.escapes:
            return _unescaped(inner, quote)
        return inner.replace(quote * 2, quote)

    def _hex(self, text: str, at: int) -> str:
        digits = text[2:].strip("'")
        try:
            return bytes.fromhex(digits).decode("utf-8", "replace")
        except ValueError as reason:
            raise at_line(self.text, at, "a hexadecimal text has an odd number of digits") from reason

    def fail(self, token: Token, expected: str) -> UnreadableImport:
        found = repr(token.value[:20]) if token.kind is not Kind.END else "the end of the file"
        return at_line(self.text, token.at, f"{expected} should stand here, but there is {found}")


def _unescaped(inner: str, quote: str) -> str:
    def said(match: re.Match[str]) -> str:
        if match[1] is not None:
            return ESCAPES.get(match[1], match[1])
        return quote if match[0] == quote * 2 else match[0]

    return UNQUOTED.sub(said, inner) if "\\" in inner or quote * 2 in inner else inner
