"""The file of a backup: a line that names the format, then JSON Lines, compressed, and encrypted with a key.

The lines are a header; for each table its name and columns, an array for each row, and their count and
digest; and at the end the SHA-256 of all lines before.
"""

import gzip
import hashlib
import json
import os
import secrets
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from booking.encryption.encrypted_file import SALT_BYTES, DecryptingReader, EncryptingWriter, UnreadableFile
from booking.encryption.key_ring import KeyEncryptionKey, KeyRing
from booking.storage.copies.digest import TableDigest
from booking.storage.copies.tables import Row, StoredTable

VERSION = b"1 "
PLAIN = "plain"
ENCRYPTED = "aes-256-gcm"
COMPRESSION = 6
MAX_FIRST_LINE = 200
ERRORS_OF_READING = (EOFError, KeyError, TypeError, ValueError, UnreadableFile, gzip.BadGzipFile, zlib.error)


@dataclass(frozen=True)
class ArchiveKind:
    """What a file is a backup of, by the words with which its first line begins."""

    magic: bytes
    words: str

    @property
    def format(self) -> bytes:
        return self.magic + VERSION


CLINIC_BACKUP = ArchiveKind(b"book-online backup ", "backup of Book Online")
KEY_STORE_BACKUP = ArchiveKind(b"book-online key store ", "backup of a key store")


class UnusableBackup(Exception):
    """The file is no backup that can be read here. The message says why, and what to do."""


@dataclass(frozen=True)
class Header:
    """What a backup is of. `made_at` is RFC 3339; `revisions` are by the name of their version table."""

    made_at: str
    program: str
    database: str
    revisions: dict[str, str]
    key_store: str


@dataclass(frozen=True)
class ArchivedTable:
    """A table in a backup; its digest is `rows` rows with this `sha256`."""

    name: str
    columns: Sequence[str]
    json_columns: Sequence[str]
    rows: int = 0
    sha256: str = ""


class RowReader(Protocol):
    """Is told of each table, of its rows, and of its end."""

    def begin(self, table: ArchivedTable) -> None: ...
    def read(self, row: Row) -> None: ...
    def end(self, table: ArchivedTable) -> None: ...


class ArchiveWriter:
    """Writes the lines of one backup, in order."""

    def __init__(self, lines: BinaryIO) -> None:
        self._lines = lines
        self._hash = hashlib.sha256()

    def write_header(self, header: Header) -> None:
        self._write(asdict(header))

    def begin(self, table: StoredTable) -> None:
        self._write({"table": table.name, "columns": table.columns, "json": table.json_columns})

    def write(self, row: Row) -> None:
        self._write(row)

    def end(self, digest: TableDigest) -> None:
        self._write({"rows": digest.rows, "sha256": digest.hexdigest()})

    def finish(self) -> None:
        self._write({"end": self._hash.hexdigest()})

    def _write(self, value: object) -> None:
        line = json.dumps(value, default=_encoded_bytes, separators=(",", ":")).encode() + b"\n"
        self._hash.update(line)
        self._lines.write(line)


@contextmanager
def writing_archive(
    file: BinaryIO, key: KeyEncryptionKey | None, kind: ArchiveKind = CLINIC_BACKUP
) -> Iterator[ArchiveWriter]:
    """Write a backup into the file, encrypted if there is a key. It is whole only after leaving."""
    salt = secrets.token_bytes(SALT_BYTES)
    words = f"{ENCRYPTED} {key.id} {salt.hex()}" if key else PLAIN
    first_line = kind.format + words.encode() + b"\n"
    file.write(first_line)
    encrypting = EncryptingWriter(file, key, salt=salt, header=first_line) if key else None
    target = cast("BinaryIO", encrypting or file)
    with gzip.GzipFile("", "wb", COMPRESSION, target, mtime=0) as lines:
        writer = ArchiveWriter(cast("BinaryIO", lines))
        yield writer
        writer.finish()
    if encrypting:
        encrypting.finish()
    file.flush()  # A full disk is told of before anybody notes down that there is a backup.


@dataclass(frozen=True)
class Archive:
    """The file of a backup; `keys` are needed for an encrypted one."""

    path: Path
    keys: KeyRing | None = None
    kind: ArchiveKind = CLINIC_BACKUP

    def header(self) -> Header:
        """
        Raises:
            UnusableBackup: it is no backup, or can't be decrypted.
        """
        with self._lines() as lines:
            return _header(next(lines, {}))

    def read(self, reader: RowReader | None = None) -> list[ArchivedTable]:
        """Read the whole file, hand its rows to the reader, and return its tables.

        Raises:
            UnusableBackup: it is no backup, can't be decrypted, or is not as it was written.
        """
        hashed = hashlib.sha256()
        tables: list[ArchivedTable] = []
        with self._lines(hashed) as lines:
            _header(next(lines, {}))
            for line in lines:
                if "end" in line:
                    if next(lines, None) is not None:
                        raise ValueError("lines after the end")
                    return tables
                tables.append(_read_table(line, lines, reader))
        raise self._altered()

    @contextmanager
    def _lines(self, hashed: Any = None) -> Iterator[Iterator[Any]]:
        with self.path.open("rb") as file, self._errors_as_sentence():
            first_line = file.readline(MAX_FIRST_LINE)
            source = cast("BinaryIO", self._decrypted(file, first_line))
            with gzip.GzipFile("", "rb", fileobj=source) as text:
                yield _parsed(text, hashed or hashlib.sha256())

    def _decrypted(self, file: BinaryIO, first_line: bytes) -> Any:
        if not first_line.startswith(self.kind.magic):
            raise UnusableBackup(f"{self.path} is no {self.kind.words}: name another file")
        if not first_line.startswith(self.kind.format):
            raise UnusableBackup(f"{self.path} was made by a newer version: install that one")
        kind, *words = first_line.removeprefix(self.kind.format).decode("ascii").split()
        if kind == PLAIN:
            return file
        if kind != ENCRYPTED or len(words) != 2:
            raise self._altered()
        key_id, salt = words
        if self.keys is None:
            raise UnusableBackup(f"{self.path} is encrypted with {key_id}: name its file with --key-file")
        key = next((each for each in self.keys.keys if each.id == key_id), None)
        if key is None:
            own = ", ".join(each.id for each in self.keys.keys)
            raise UnusableBackup(f"{self.path} is encrypted with {key_id}, and the key file has only {own}")
        return DecryptingReader(file, key, salt=bytes.fromhex(salt), header=first_line)

    @contextmanager
    def _errors_as_sentence(self) -> Iterator[None]:
        try:
            yield
        except ERRORS_OF_READING as reason:
            raise self._altered() from reason

    def _altered(self) -> UnusableBackup:
        return UnusableBackup(
            f"{self.path} was cut off or altered after it was made: take another backup (nothing was changed)"
        )


def is_backup(path: Path, kind: ArchiveKind) -> bool:
    with path.open("rb") as file:
        return file.read(len(kind.magic)) == kind.magic


def _parsed(text: gzip.GzipFile, hashed: Any) -> Iterator[Any]:
    """The lines; the one with `end` is compared with what was read."""
    for line in text:
        value = json.loads(line)
        if isinstance(value, dict) and "end" in value and value["end"] != hashed.hexdigest():
            raise ValueError("other lines than were written")
        hashed.update(line)
        yield value


def _header(line: Any) -> Header:
    return Header(**line)


def _read_table(line: Any, lines: Iterator[Any], reader: RowReader | None) -> ArchivedTable:
    table = ArchivedTable(line["table"], line["columns"], line["json"])
    digest = TableDigest(table.columns, table.json_columns)
    if reader:
        reader.begin(table)
    for row in lines:
        if isinstance(row, dict):
            if (row["rows"], row["sha256"]) != (digest.rows, digest.hexdigest()):
                raise ValueError("other rows than were written")
            whole = ArchivedTable(table.name, table.columns, table.json_columns, row["rows"], row["sha256"])
            if reader:
                reader.end(whole)
            return whole
        values = [_decoded(value) for value in row]
        digest.add(values)
        if reader:
            reader.read(values)
    raise EOFError


def _encoded_bytes(value: bytes) -> dict[str, str]:
    return {"base64": b64encode(value).decode()}


def _decoded(value: Any) -> Any:
    return b64decode(value["base64"], validate=True) if isinstance(value, dict) else value


@contextmanager
def draft_of(path: Path, kind: ArchiveKind = CLINIC_BACKUP) -> Iterator[BinaryIO]:
    """A new file for its owner alone, which takes the path's place once all is written, and not before.

    Raises:
        UnusableBackup: another kind of file is in that place.
        OSError: it can't be written; the file's name is in it.
    """
    if path.exists() and not (path.is_file() and is_backup(path, kind)):
        raise UnusableBackup(f"{path} is there, and is no {kind.words}: name another file")
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.absolute().parent)


def _sync_folder(folder: Path) -> None:
    """The new name, too, survives a power cut."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
