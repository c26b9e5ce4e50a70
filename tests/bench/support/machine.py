"""The machine that the figures were measured on."""

import os
import platform
import re
import sqlite3
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")


def machine() -> str:
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    return "\n".join(
        [
            f"{os.cpu_count()} x {_processor()}, {platform.system()} {platform.release()}",
            f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
            f"load of the last 1, 5 and 15 minutes: {load} (other work disturbs times more than ratios)",
        ]
    )


def _processor() -> str:
    if CPU_INFO.exists():
        model = re.search(r"^model name\s*: (.+)$", CPU_INFO.read_text("utf-8", "replace"), re.MULTILINE)
        if model:
            return model[1]
    return platform.processor() or platform.machine()
