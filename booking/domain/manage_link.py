"""The address at which a patient sees, moves and cancels what they have booked."""


def manage_url(site: str, manage_token: str, language: str) -> str:
    """`site` is where our pages are. The secret stays after the `#`, which no server sees."""
    return f"{site.rstrip('/')}/manage?lang={language}#{manage_token}"
