"""How a key of several columns is written: on disk, and as people read and type it; and the key of a part of a cell."""

KEY_JOINER = "␟"  # between its parts on disk
# Behind the key of a row whose cell is split: by what a part is (and which of equal ones), or by its place.
NAMED_PART = "#p"
NAMED = f"{NAMED_PART}[0-9a-f]{{12}}(\\.[0-9]+)?$"
PART = "#(p[0-9a-f]{12}(\\.[0-9]+)?|[0-9]+)$"
HIDDEN_KEY = "erased-"  # how the key of an erased row begins, where the key itself would name somebody
_SHOWN = " · "


def separated(text: str) -> str:
    """A key, or a text that names one, as people read it."""
    return text.replace(KEY_JOINER, _SHOWN)


def as_kept(text: str) -> str:
    """The same as it is kept on disk; a last part that is empty has lost its blank on the way."""
    return text.replace(_SHOWN, KEY_JOINER).replace(_SHOWN.rstrip(), KEY_JOINER)
