"""The rows of a dump: INSERT statements of MySQL and PostgreSQL, and PostgreSQL's COPY blocks."""

import re
from collections.abc import Callable

from booking.imports.errors import at_line
from booking.imports.sql_dump.tokens import Dialect, Kind, Token, Tokens
from booking.imports.tables import Row, Tables

NULL = "null"
COPY_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
COPY_ESCAPED = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
NO_COLUMNS = {"primary", "key", "unique", "index", "constraint", "fulltext", "spatial", "foreign", "check"}
"""Words that begin a line of CREATE TABLE that is no column."""


def parse_dump(text: str, dialect: Dialect, wanted: Callable[[str], bool] = lambda table: True) -> Tables:
    """The rows of the tables that are wanted, by name; all other statements are passed over.

    A table without rows is there, too, if the dump makes it.

    Raises:
        UnreadableImport: the text is broken; the message names the line.
    """
    parser = _Parser(text, dialect, wanted)
    parser.parse()
    return parser.tables


class _Parser:
    def __init__(self, text: str, dialect: Dialect, wanted: Callable[[str], bool]) -> None:
        self.tokens, self.dialect, self.wanted = Tokens(text, dialect), dialect, wanted
        self.tables: dict[str, list[Row]] = {}
        self.columns: dict[str, list[str]] = {}

    def parse(self) -> None:
        while (token := self.tokens.next()).kind is not Kind.END:
            match token.value.lower():
                case ";":
                    continue
                case "\\":
                    self._skip_line()  # a command of psql, such as \connect
                case "insert" | "replace":
                    self._insert()
                case "create":
                    self._create()
                case "copy" if self.dialect is Dialect.POSTGRESQL:
                    self._copy()
                case "delimiter" if self.dialect is Dialect.MYSQL:
                    self._skip_routines()
                case _:
                    self._skip_statement()

    def _skip_line(self) -> None:
        end = self.tokens.text.find("\n", self.tokens.position)
        self.tokens.position = end + 1 if end >= 0 else len(self.tokens.text)

    def _skip_routines(self) -> None:
        """Routines of MySQL stand between DELIMITER ;; and DELIMITER ;."""
        end = re.compile(r"^DELIMITER ;$", re.MULTILINE).search(self.tokens.text, self.tokens.position)
        self._skip_line()
        if end:
            self.tokens.position = end.end()

    def _skip_statement(self) -> None:
        while (token := self.tokens.next()).kind is not Kind.END:
            if token == (Kind.MARK, ";", token.at):
                return

    def _table(self, token: Token) -> tuple[str, Token]:
        """The name without its schema, and the token behind it."""
        if token.kind not in (Kind.NAME, Kind.WORD):
            raise self.tokens.fail(token, "the name of a table")
        name, following = token.value, self.tokens.next()
        while following.value == "." and following.kind is Kind.MARK:
            name, following = self.tokens.next().value, self.tokens.next()
        return name, following

    def _create(self) -> None:
        """Learn the order of a table's columns: rows of MySQL come without their names."""
        token = self.tokens.next()
        while token.kind is Kind.WORD and token.value.lower() in ("temporary", "unlogged"):
            token = self.tokens.next()
        if token.value.lower() != "table":
            self._skip_statement()
            return
        token = self.tokens.next()
        while token.kind is Kind.WORD and token.value.lower() in ("if", "not", "exists"):
            token = self.tokens.next()
        name, token = self._table(token)
        if token.value != "(":
            self._skip_statement()
            return
        columns, depth, begins = [], 1, True
        while depth:
            token = self.tokens.next()
            if token.kind is Kind.END:
                raise self.tokens.fail(token, "the end of a table's columns")
            if begins and (
                token.kind is Kind.NAME or (token.kind is Kind.WORD and token.value.lower() not in NO_COLUMNS)
            ):
                columns.append(token.value)
            begins = depth == 1 and token == (Kind.MARK, ",", token.at)
            depth += {"(": 1, ")": -1}.get(token.value, 0) if token.kind is Kind.MARK else 0
        self.columns[name] = columns
        if self.wanted(name):
            self.tables.setdefault(name, [])
        self._skip_statement()

    def _insert(self) -> None:
        token = self.tokens.next()
        while token.kind is Kind.WORD and token.value.lower() in (
            "ignore",
            "into",
            "low_priority",
            "delayed",
        ):
            token = self.tokens.next()
        table, token = self._table(token)
        if not self.wanted(table):
            self._skip_statement()
            return
        columns = self.columns.get(table)
        if token.value == "(" and token.kind is Kind.MARK:
            columns, token = self._names(), self.tokens.next()
        while token.kind is Kind.WORD and token.value.lower() in ("overriding", "system", "user", "value"):
            token = self.tokens.next()
        if token.value.lower() != "values":
            raise self.tokens.fail(token, "VALUES")
        if columns is None:
            raise at_line(
                self.tokens.text,
                token.at,
                f"the dump has rows of {table!r}, but not the names of its columns",
            )
        rows = self.tables.setdefault(table, [])
        while True:
            rows.append(self._row(columns))
            token = self.tokens.next()
            if token.value == ";" or token.kind is Kind.END:
                return
            if token.value != ",":
                self._skip_statement()  # ON DUPLICATE KEY UPDATE, ON CONFLICT
                return

    def _names(self) -> list[str]:
        names = []
        while (token := self.tokens.next()) != (Kind.MARK, ")", token.at):
            if token.kind in (Kind.NAME, Kind.WORD):
                names.append(token.value)
            elif token.value != ",":
                raise self.tokens.fail(token, "the name of a column")
        return names

    def _row(self, columns: list[str]) -> Row:
        begin = self.tokens.next()
        if begin.value != "(" or begin.kind is not Kind.MARK:
            raise self.tokens.fail(begin, "a row in parentheses")
        cells: list[str | None] = []
        while True:
            cell, following = self._cell()
            cells.append(cell)
            if following.kind is Kind.MARK and following.value == ")":
                break
            if following.kind is not Kind.MARK or following.value != ",":
                raise self.tokens.fail(following, "a comma or the end of a row")
        if len(cells) != len(columns):
            sentence = f"a row has {len(cells)} values, but the table has {len(columns)} columns"
            raise at_line(self.tokens.text, begin.at, sentence)
        return dict(zip(columns, cells))

    def _cell(self) -> tuple[str | None, Token]:
        """A value, and the token behind it and behind its type."""
        token = self.tokens.next()
        if token.kind not in (Kind.TEXT, Kind.HEX, Kind.NUMBER, Kind.WORD):
            raise self.tokens.fail(token, "a value")
        if token.kind is Kind.WORD and token.value.lower() == "_binary":
            return self._cell()
        is_null = token.kind is Kind.WORD and token.value.lower() == NULL
        following = self.tokens.next()
        while following.kind is Kind.MARK and following.value == "::":
            self.tokens.next()
            following = self.tokens.next()
            while following.value in (
                ".",
                "[",
                "]",
                "character",
                "varying",
                "with",
                "without",
                "time",
                "zone",
            ):
                following = self.tokens.next()
        return None if is_null else token.value, following

    def _copy(self) -> None:
        """`COPY public."Booking" (id, uid) FROM stdin;`, its rows, and a line `\\.`."""
        table, token = self._table(self.tokens.next())
        columns = self.columns.get(table)
        if token.value == "(":
            columns, token = self._names(), self.tokens.next()
        if token.value.lower() != "from" or columns is None:
            self._skip_statement()
            return
        self._skip_statement()
        self._skip_line()
        text, start = self.tokens.text, self.tokens.position
        wanted = self.wanted(table)
        rows = self.tables.setdefault(table, []) if wanted else []
        while True:
            end = text.find("\n", start)
            line = text[start:] if end < 0 else text[start:end]
            if line.rstrip("\r") == "\\.":
                break
            if end < 0:
                raise at_line(text, start, f"the rows of {table!r} have no end; is the dump cut off?")
            if wanted:
                cells = line.rstrip("\r").split("\t")
                if len(cells) != len(columns):
                    sentence = f"a row has {len(cells)} values, but {table!r} has {len(columns)} columns"
                    raise at_line(text, start, sentence)
                rows.append(dict(zip(columns, map(_copied, cells))))
            start = end + 1
        self.tokens.position = start + 2


def _copied(cell: str) -> str | None:
    """What a cell says (PostgreSQL manual, COPY, "Text Format")."""
    if cell == "\\N":
        return None

    def said(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] == "x" and len(code) > 1:
            return chr(int(code[1:], 16))
        if code[0] in "01234567":
            return chr(int(code, 8) & 0xFF)
        return COPY_ESCAPES.get(code, code)

    return COPY_ESCAPED.sub(said, cell) if "\\" in cell else cell
