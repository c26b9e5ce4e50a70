"""Exceptions in one printable line, for people."""

MAX_LINE_LENGTH = 500


def describe_exception(reason: BaseException) -> str:
    """Its kind, and what it says, for people."""
    told = one_line(reason)
    return f"{type(reason).__name__}: {told}" if told else type(reason).__name__


def one_line(told: object) -> str:
    """In a line; nothing of what can't even say what it is."""
    try:
        text = "".join(one if one.isprintable() else " " for one in str(told))
    except BaseException:
        return ""
    return " ".join(text.split())[:MAX_LINE_LENGTH]
