"""The file of key-encryption keys: readable by the account that runs the server, and by no other."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from booking.encryption.key_ring import KeyProblem, KeyRing, new_key_encryption_key

HEADER = """\
# Key-encryption keys of Book Online. Without them nobody can read the patients' data, in no backup either:
# keep a copy of this file away from the database and its backups. The first key wraps new data keys.
"""
OWNER_ONLY = 0o600
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class KeyFile:
    """A file of key-encryption keys, made by `book-online data-keys init`."""

    path: Path

    def read(self) -> KeyRing:
        """
        Raises:
            KeyProblem: no such file, others may read it, or it holds no key.
        """
        try:
            mode = self.path.stat().st_mode
            text = self.path.read_text("utf-8")
        except FileNotFoundError:
            raise KeyProblem(
                f"there is no key file {self.path}, without which patients' data can't be read or written: "
                "`book-online data-keys init` makes one for a new clinic; otherwise put back your copy "
                "of it, or name it in BOOK_ONLINE_KEY_FILE"
            ) from None
        except (OSError, UnicodeDecodeError) as reason:
            raise KeyProblem(f"the key file {self.path} can't be read: {_reason(reason)}") from None
        if os.name == "posix" and mode & OTHERS:
            raise KeyProblem(f"other accounts may use the key file {self.path}: run `chmod 600 {self.path}`")
        return KeyRing.parse(text, source=f"the key file {self.path}")

    def make(self) -> KeyRing:
        """A new key in a new file; if another process has made the file meanwhile, its key.

        Raises:
            KeyProblem: the file can't be made.
        """
        ring = KeyRing((new_key_encryption_key(),))
        with suppress(FileExistsError):
            self._create(self.path, ring)
            return ring
        return self.read()

    def replace(self, ring: KeyRing) -> None:
        """Other keys in place of those in the file, in one step: a reader finds the old ones or the new.

        Raises:
            KeyProblem: the file can't be written.
        """
        new = self.path.with_name(f"{self.path.name}.new")
        with suppress(FileNotFoundError):
            new.unlink()
        self._create(new, ring)
        try:
            new.replace(self.path)
        except OSError as reason:
            raise KeyProblem(f"the key file {self.path} can't be written: {_reason(reason)}") from None

    @staticmethod
    def _create(path: Path, ring: KeyRing) -> None:
        """
        Raises:
            FileExistsError: there is such a file.
            KeyProblem: the file can't be made.
        """
        text = HEADER + "".join(f"{key}\n" for key in ring.keys)
        try:
            # Linked into place when it is whole: another process must not read half a key.
            draft = path.with_name(f".{path.name}.{os.getpid()}")
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY), "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, path)
            finally:
                draft.unlink()
        except FileExistsError:
            raise
        except OSError as reason:
            raise KeyProblem(f"the key file {path} can't be written: {_reason(reason)}") from None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
