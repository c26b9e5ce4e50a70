"""A sample day for the grid: who sees whom when, as the mockup of the day has it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Toronto")
DAY = datetime(2026, 11, 25, tzinfo=ZONE)
NOW = datetime(2026, 11, 25, 10, 24, tzinfo=ZONE)
FIRST, END = DAY.replace(hour=7), DAY.replace(hour=19)


@dataclass
class Entry:
    kind: str
    column: str
    start: datetime
    minutes: int
    number: int = 0
    status: str = "booked"
    service: str = ""
    squeeze_in: bool = False
    marks: tuple[str, ...] = ()
    version: int = 1
    waiting: int = 0

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.minutes)

    @property
    def first(self) -> int:
        return int(self.start.timestamp())

    @property
    def last(self) -> int:
        return int(self.end.timestamp())

    @property
    def name(self) -> str:
        return f"Sample Patient {self.number}"

    @property
    def reference(self) -> str:
        return f"P{self.number:03}-YW8V"

    @property
    def id(self) -> str:
        return f"00000000-0000-4000-8000-{self.number:012}"


# Kind, start, minutes; of a visit also status, service and marks.
PLAN = {
    "a": (
        "open 7:00 480",
        "visit 7:00 45 fulfilled Dry needling, first visit",
        "visit 7:45 30 fulfilled Follow-up",
        "visit 8:15 30 fulfilled Physiotherapy",
        "visit 8:45 45 noshow Follow-up",
        "visit 9:30 30 fulfilled Manual therapy",
        "visit 10:00 45 checked-in Follow-up",
        "visit 10:45 30 booked Physiotherapy",
        "gap 11:15 45",
        "blocked 12:00 45 Lunch",
        "visit 12:45 30 booked Follow-up",
        "visit 13:15 30 booked Manual therapy note",
        "visit 13:45 60 booked Dry needling, first visit",
        "gap 14:45 15",
    ),
    "b": (
        "open 8:00 600",
        "visit 8:00 30 fulfilled Follow-up",
        "visit 8:30 45 fulfilled Course, visit 2",
        "visit 9:15 30 fulfilled Manual therapy",
        "visit 9:45 45 checked-in Follow-up",
        "visit 10:30 45 booked Follow-up talk+note",
        "visit 11:15 45 booked Course, visit 2",
        "squeeze-in 11:30 30 booked Physiotherapy",
        "visit 12:00 30 booked Follow-up",
        "blocked 12:30 60 Lunch",
        "held 13:30 30",
        "visit 14:00 45 booked Physiotherapy",
        "visit 14:45 30 booked Follow-up",
        "gap 15:15 45",
        "visit 16:00 30 booked Manual therapy talk",
        "visit 16:30 60 booked Assessment",
        "gap 17:30 30",
    ),
    "c": (
        "open 7:30 570",
        "visit 7:30 60 fulfilled Assessment",
        "visit 8:30 30 fulfilled Sport rehab",
        "visit 9:00 30 fulfilled Physiotherapy",
        "visit 9:30 30 fulfilled Sport rehab",
        "visit 10:00 45 arrived Sport rehab",
        "visit 10:45 45 booked Manual therapy",
        "visit 11:30 30 booked Sport rehab",
        "gap 12:00 60",
        "blocked 13:00 240 Away: course",
    ),
    "d": (
        "open 10:00 540",
        "visit 10:00 60 checked-in First visit",
        "gap 11:00 30",
        "visit 11:30 45 booked Physiotherapy",
        "visit 12:15 30 booked Follow-up",
        "gap 12:45 15",
        "blocked 13:00 30 Lunch",
        "visit 13:30 30 booked Follow-up note",
        "visit 14:00 60 booked Assessment",
        "held 15:00 30",
        "visit 15:30 45 booked Course, visit 2",
        "visit 16:15 30 booked Follow-up",
        "gap 16:45 45",
        "visit 17:30 30 booked Physiotherapy",
        "visit 18:00 60 booked First visit",
    ),
    "e": (
        "open 8:00 480",
        "visit 8:00 45 fulfilled Massage therapy",
        "visit 8:45 30 fulfilled Manual therapy",
        "visit 9:15 45 fulfilled Massage therapy",
        "visit 10:00 30 noshow Massage therapy",
        "visit 10:30 45 arrived Massage therapy",
        "visit 11:15 30 booked Massage therapy",
        "visit 11:45 30 booked Manual therapy",
        "blocked 12:15 45 Lunch",
        "visit 13:00 60 booked Massage therapy talk",
        "gap 14:00 30",
        "visit 14:30 30 booked Massage therapy",
        "visit 15:00 30 booked Massage therapy",
        "gap 15:30 30",
    ),
}


def sample_day() -> list[Entry]:
    """Fresh entries, which a test may change."""
    entries: list[Entry] = []
    for column, plan in PLAN.items():
        for line in plan:
            kind, start, minutes, *rest = line.split()
            hour, minute = start.split(":")
            entry = Entry(
                kind, f"practitioner-{column}", DAY.replace(hour=int(hour), minute=int(minute)), int(minutes)
            )
            if kind in ("visit", "squeeze-in"):
                entry.kind, entry.squeeze_in = "visit", kind == "squeeze-in"
                entry.number = sum(other.kind == "visit" for other in entries) + 1
                entry.status = rest.pop(0)
                if rest[-1] in ("note", "talk", "talk+note"):
                    entry.marks = tuple(rest.pop().split("+"))
                entry.waiting = 13 if entry.status == "arrived" else 0
            entry.service = " ".join(rest)
            entries.append(entry)
    return entries


def large_day() -> list[Entry]:
    """Twenty practitioners with sixteen visits each."""
    entries: list[Entry] = []
    for column in range(20):
        name = f"practitioner-{chr(97 + column)}"
        entries.append(Entry("open", name, DAY.replace(hour=8), 600))
        for visit in range(16):
            start = DAY.replace(hour=8) + timedelta(minutes=30 * visit + 15 * (visit // 4))
            status = ("fulfilled", "arrived", "checked-in", "booked")[min(visit * 30 // 60, 3)]
            entries.append(Entry("visit", name, start, 30, len(entries), status, "Follow-up"))
    return entries
