"""Dumps of MySQL and PostgreSQL, as rows of texts."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.imports.errors import UnreadableImport
from booking.imports.sql_dump.parser import parse_dump
from booking.imports.sql_dump.tokens import Dialect
from booking.imports.tables import Row

SHOULD = "should stand here, but there is"
NOT_CLOSED = "a text that begins here is not closed; is the dump cut off?"
MYSQL, POSTGRESQL = Dialect.MYSQL, Dialect.POSTGRESQL
CREATE = (
    "CREATE TABLE `t` (`a` int NOT NULL, `b` text, PRIMARY KEY (`a`), KEY `k` (`b`(10))) ENGINE=InnoDB;\n"
)


@pytest.mark.parametrize(
    ("spelled", "said"),
    [
        ("NULL", None),
        ("null", None),
        ("'NULL'", "NULL"),
        ("''", ""),
        ("-12", "-12"),
        ("1.50", "1.50"),
        ("2e-3", "2e-3"),
        ("'it''s'", "it's"),
        (r"'it\'s'", "it's"),
        (r"'\"quoted\"'", '"quoted"'),
        ('"double ""quoted"" \'text\'"', "double \"quoted\" 'text'"),
        (r"'back\\slash'", r"back\slash"),
        (r"'ends with \\'", "ends with \\"),
        (r"'line\r\nline\ttab\0'", "line\r\nline\ttab\0"),
        (r"'100\% \_x \q'", r"100\% \_x q"),
        ("'a;b),(c--d#e/*f*/'", "a;b),(c--d#e/*f*/"),
        ("'true\nline'", "true\nline"),
        ("0x4ac3a9", "Jé"),
        ("x'4A'", "J"),
        ("_binary 'raw'", "raw"),
        ("_utf8mb4'named'", "named"),
        ("/* a comment */ 'after' -- it\n", "after"),
    ],
)
def test_values_of_mysql(spelled: str, said: str | None) -> None:
    tables = parse_dump(f"{CREATE}INSERT INTO `t` VALUES (1,{spelled}),(2,'next');", MYSQL)

    assert tables == {"t": [{"a": "1", "b": said}, {"a": "2", "b": "next"}]}


@pytest.mark.parametrize(
    ("spelled", "said"),
    [
        ("NULL", None),
        ("true", "true"),
        (r"'back\slash'", r"back\slash"),
        ("'it''s'", "it's"),
        (r"E'it\'s\n'", "it's\n"),
        ("'2030-01-01'::date", "2030-01-01"),
        ("'{1,2}'::integer[]", "{1,2}"),
        ("'x'::character varying", "x"),
        ("$$it's$$", "it's"),
    ],
)
def test_values_of_postgresql(spelled: str, said: str | None) -> None:
    text = f'INSERT INTO public."T" (a, "b B") OVERRIDING SYSTEM VALUE VALUES ({spelled}, 2) ON CONFLICT DO;'

    assert parse_dump(text, POSTGRESQL) == {"T": [{"a": said, "b B": "2"}]}


def test_blocks_of_copy() -> None:
    text = (
        'COPY public."T" (a, "b") FROM stdin;\n'
        "1\t\\N\n"
        "\ttab\\tline\\nback\\\\slash\\x41\\101\n"
        "\\\\N\t\\.x\n"
        "\\.\n"
        'COPY public."Other" (c) FROM stdin;\n'
        "\\.\n"
    )

    assert parse_dump(text, POSTGRESQL) == {
        "T": [
            {"a": "1", "b": None},
            {"a": "", "b": "tab\tline\nback\\slashAA"},
            {"a": "\\N", "b": ".x"},
        ],
        "Other": [],
    }


def test_names_of_columns_come_from_the_table_or_from_the_statement() -> None:
    text = f"""{CREATE}
INSERT INTO `t` VALUES (1,'x') ON DUPLICATE KEY UPDATE `a`=2;
INSERT IGNORE INTO `base`.`t` (`b`, `a`) VALUES ('y', 2);
REPLACE INTO t VALUES (3,'z');"""

    tables = parse_dump(text, MYSQL)

    assert tables["t"] == [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}, {"a": "3", "b": "z"}]


def test_all_else_is_passed_over() -> None:
    text = f"""/*M!999999\\- enable the sandbox mode */
-- a comment; with 'a quote
# and another; "one
SET NAMES utf8;
DELIMITER ;;
CREATE PROCEDURE p() BEGIN SELECT 'x'; INSERT INTO t VALUES (9); END ;;
DELIMITER ;
{CREATE}
CREATE VIEW `v` AS SELECT ';' AS x;
INSERT INTO `other` VALUES ('unknown; columns');
INSERT INTO `t` VALUES (1,'x');
"""

    assert parse_dump(text, MYSQL, lambda table: table == "t") == {"t": [{"a": "1", "b": "x"}]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\n\nINSERT INTO t (a) VALUES ('x", f"line 3: {NOT_CLOSED}"),
        ("INSERT INTO t (a) VALUES\n(1,\n", f"line 3: a value {SHOULD} the end of the file"),
        ("INSERT INTO t (a) VALUES (1,\n2);", "line 1: a row has 2 values, but the table has 1 columns"),
        ("INSERT INTO t VALUES (1);", "line 1: the dump has rows of 't', but not the names of its columns"),
        ("INSERT INTO t (a) SELECT 1;", f"line 1: VALUES {SHOULD} 'SELECT'"),
        ("INSERT INTO t (a) VALUES 1;", f"line 1: a row in parentheses {SHOULD} '1'"),
        ("INSERT INTO t (a) VALUES (1 2);", f"line 1: a comma or the end of a row {SHOULD} '2'"),
        ("INSERT INTO ;", f"line 1: the name of a table {SHOULD} ';'"),
        ("INSERT INTO t (1) VALUES (1);", f"line 1: the name of a column {SHOULD} '1'"),
        ("INSERT INTO t (a) VALUES (0x123);", "line 1: a hexadecimal text has an odd number of digits"),
        ("CREATE TABLE t (a int,\n", f"line 2: the end of a table's columns {SHOULD} the end of the file"),
    ],
)
def test_a_broken_dump_is_explained_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(UnreadableImport) as refused:
        parse_dump(text, MYSQL)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("COPY t (a) FROM stdin;\n1\n2\n", "line 4: the rows of 't' have no end; is the dump cut off?"),
        ("COPY t (a) FROM stdin;\n1\n2\t3\n\\.\n", "line 3: a row has 2 values, but 't' has 1 columns"),
    ],
)
def test_a_broken_block_is_explained_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(UnreadableImport) as refused:
        parse_dump(text, POSTGRESQL)

    assert str(refused.value) == sentence


CELLS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"])))
ROWS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4)


def rows_of(cells: list[tuple[str | None, str | None]]) -> list[Row]:
    return [dict(zip(("a", "b"), row)) for row in cells]


@given(ROWS)
def test_what_mysql_escapes_is_read_back(cells: list[tuple[str | None, str | None]]) -> None:
    def spelled(cell: str | None) -> str:
        """As mysql_real_escape_string writes it."""
        if cell is None:
            return "NULL"
        escapes = {"\\": "\\\\", "\0": "\\0", "\n": "\\n", "\r": "\\r", "'": "\\'", '"': '\\"', "\x1a": "\\Z"}
        return "'" + "".join(escapes.get(char, char) for char in cell) + "'"

    values = ",".join(f"({spelled(a)},{spelled(b)})" for a, b in cells)

    assert parse_dump(f"INSERT INTO `t` (`a`, `b`) VALUES {values};", MYSQL) == {"t": rows_of(cells)}


@given(ROWS)
def test_what_postgresql_copies_is_read_back(cells: list[tuple[str | None, str | None]]) -> None:
    def spelled(cell: str | None) -> str:
        """As COPY TO writes it."""
        if cell is None:
            return "\\N"
        escapes = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
        return "".join(escapes.get(char, char) for char in cell)

    lines = "".join(f"{spelled(a)}\t{spelled(b)}\n" for a, b in cells)

    assert parse_dump(f"COPY public.t (a, b) FROM stdin;\n{lines}\\.\n", POSTGRESQL) == {"t": rows_of(cells)}


@given(st.text(), st.sampled_from(Dialect))
def test_any_text_is_read_or_explained(text: str, dialect: Dialect) -> None:
    with suppress(UnreadableImport):
        parse_dump(f"INSERT INTO t (a) VALUES ({text}", dialect)
