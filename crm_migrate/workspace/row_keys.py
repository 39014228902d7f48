"""How a key of several columns is written: on disk, and as people read and type it."""

KEY_JOINER = "␟"  # between its parts on disk
_SHOWN = " · "


def separated(text: str) -> str:
    """A key, or a text that names one, as people read it."""
    return text.replace(KEY_JOINER, _SHOWN)


def as_kept(text: str) -> str:
    """The same as it is kept on disk; a last part that is empty has lost its blank on the way."""
    return text.replace(_SHOWN, KEY_JOINER).replace(_SHOWN.rstrip(), KEY_JOINER)
