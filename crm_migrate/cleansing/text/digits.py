"""Digits that are none: the marks of footnotes and lists (`²`, `①`), which Unicode folds to digits of the number."""


def marked(text: str) -> bool:
    """Whether a text holds such a mark: whoever folds it makes `1250²` 12,502."""
    return not text.isascii() and any(c.isdigit() and not c.isdecimal() for c in text)
