"""The failure of a refresh: a code that is stored and shown, and no word of the server's."""

from dataclasses import dataclass

from booking.storage.models.desk.busy_calendars import BusyCode


@dataclass
class RefreshFailed(Exception):
    code: BusyCode

    def __str__(self) -> str:
        return self.code.value
