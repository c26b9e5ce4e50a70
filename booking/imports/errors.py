"""What stops an import as a whole: a file that is broken, too large, or of something else."""


class UnreadableImport(Exception):
    """The file can't be read; the message is a sentence, with the line where there is one."""


def at_line(text: str, position: int, sentence: str) -> UnreadableImport:
    """The error about this position of the text."""
    return UnreadableImport(f"line {text.count(chr(10), 0, position) + 1}: {sentence}")
