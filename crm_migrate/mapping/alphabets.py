"""Names of encodings that files can have."""

import codecs

_NO_FILES = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"})
HINT = "Write utf-8, windows-1254, windows-1252, utf-16 ..."


def is_alphabet(name: str) -> bool:
    """Whether Python knows an encoding of that name, and files are written in it."""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return info._is_text_encoding and info.name.replace("_", "-") not in _NO_FILES
