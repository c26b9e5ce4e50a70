"""Commands on a clinic with patients, run with a copy of its key file that a test may change."""

import asyncio
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from booking.storage.database import Database
from graphql_api.settings import Settings
from tests.graphql_api.cli.command_line import run_command


@dataclass
class ClinicCommands:
    """`folder` has the key file, `clinic.key`, and the clinic's file, if the test writes one."""

    url: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def on(cls, url: str, folder: Path) -> "ClinicCommands":
        folder.mkdir()
        commands = cls(url, folder, {"DATABASE_URL": url, "BOOK_ONLINE_KEY_FILE": str(folder / "clinic.key")})
        shutil.copy(Settings(url).key_encryption_file.path, commands.key_file)
        return commands

    @property
    def key_file(self) -> Path:
        return self.folder / "clinic.key"

    def open_database(self) -> Database:
        """With the copy of the key file."""
        return Database(self.url, Settings(self.url, key_file=self.key_file).data_keys())

    async def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        variables = self.environment | environment
        return await asyncio.to_thread(run_command, *arguments, folder=self.folder, environment=variables)

    async def lines(self, *arguments: str, **environment: str) -> list[str]:
        """What a command prints that succeeds."""
        done = await self.run(*arguments, **environment)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout.splitlines()

    async def sentence(self, *arguments: str, **environment: str) -> str:
        """What a command says that fails: one line, without a traceback."""
        done = await self.run(*arguments, **environment)
        assert (done.returncode, done.stdout) == (1, ""), done
        [line] = done.stderr.splitlines()
        assert line.startswith("book-online: "), line
        return line.removeprefix("book-online: ")
