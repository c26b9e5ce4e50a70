"""Browsers as people call them: "Firefox on Windows", read from what they say of themselves (User-Agent)."""

import re

BROWSERS = {
    "Edge": re.compile(r"\bEdg(?:e|A|iOS)?/"),
    "Opera": re.compile(r"\b(?:OPR|Opera)/"),
    "Samsung Internet": re.compile(r"\bSamsungBrowser/"),
    "Firefox": re.compile(r"\b(?:Firefox|FxiOS)/"),
    "Chrome": re.compile(r"\b(?:Headless)?Chrom(?:e|ium)/|\bCriOS/"),
    "Safari": re.compile(r"\bVersion/[\d.]+ (?:Mobile/\w+ )?Safari/"),
}
"""The first that matches: most of them name Chrome and Safari too, so that old pages let them in."""
SYSTEMS = {
    "iPhone": re.compile(r"\biPhone\b"),
    "iPad": re.compile(r"\biPad\b"),
    "Android": re.compile(r"\bAndroid\b"),
    "ChromeOS": re.compile(r"\bCrOS\b"),
    "Windows": re.compile(r"\bWindows NT\b"),
    "macOS": re.compile(r"\bMac OS X\b"),
    "Linux": re.compile(r"\bLinux\b"),
}
"""An iPad and an iPhone name Mac OS X too, Android names Linux."""


def browser_and_system(user_agent: str) -> tuple[str, str] | None:
    """The names of both; None where either is one that we don't know."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    return (browser, system) if browser and system else None


def _first(names: dict[str, re.Pattern[str]], user_agent: str) -> str | None:
    return next((name for name, pattern in names.items() if pattern.search(user_agent)), None)
