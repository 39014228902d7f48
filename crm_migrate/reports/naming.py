"""How records are named in reports, `source:key`, with the parts of a key masked by what they are mapped to."""

import re

from crm_migrate.crm.types import TYPES
from crm_migrate.reports.masking import is_personal, mask, without_addresses
from crm_migrate.workspace.figures import Privacy
from crm_migrate.workspace.row_keys import KEY_JOINER

_ROW = re.compile(r"row \d+(\.\d+)?")


class Names:
    """Masks keys of the sources of a run."""

    def __init__(self, privacy: Privacy) -> None:
        self._privacy = privacy
        sources = "|".join(sorted(map(re.escape, privacy.keys), key=len, reverse=True)) or r"(?!)"
        self._start = re.compile(rf"({sources}):", re.DOTALL)
        self._several = re.compile(rf"( \+ | = )(?=(?:{sources}):)")

    def type_of(self, object_name: str, field: str) -> str:
        """The semantic type that decides about values of a field; "" where it is not known."""
        return self._privacy.fields.get(f"{object_name}.{field}", "")

    def raw_type_of(self, object_name: str, field: str) -> str:
        """The type of the source cells behind a field, which may hold more than the field does."""
        return self._privacy.raw.get(f"{object_name}.{field}", "")

    def types_of(self, object_name: str = "") -> dict[str, str]:
        """Field -> type of one object; of all, where none is named, the one that hides most."""
        found: dict[str, str] = {}
        for name, type_name in self._privacy.fields.items():
            owner, _, field = name.partition(".")
            if object_name in ("", owner):
                found[field] = max(found.get(field, type_name), type_name, key=is_personal)
        return found

    def key(self, source: str, key: str) -> str:
        """The text of a key of a source, masked part by part."""
        if _ROW.fullmatch(key) or key.startswith("h:"):
            return key
        parts = key.split(KEY_JOINER)
        types = self._types(source, len(parts))
        return KEY_JOINER.join(part(text, type_name) for text, type_name in zip(parts, types, strict=True))

    def parts_of(self, record: str) -> tuple[str, ...]:
        """The parts of a record's key that are hidden."""
        found = self._start.match(record)
        if found is None:
            return ()
        parts = record[found.end() :].split(KEY_JOINER)
        types = self._types(found[1], len(parts))
        return tuple(text for text, type_name in zip(parts, types, strict=True) if part(text, type_name) != text)

    def record(self, text: str) -> str:
        """`source:key`, or several of them joined by ` + ` or ` = `; what names no source loses its mailboxes only."""
        return "".join(piece if i % 2 else self._one(piece) for i, piece in enumerate(self._several.split(text)))

    def _one(self, text: str) -> str:
        found = self._start.match(text)
        if found is None:
            return without_addresses(text)
        return text[: found.end()] + self.key(found[1], text[found.end() :])

    def _types(self, source: str, parts: int) -> tuple[str, ...]:
        """The types of a key's parts: of the kinds of key that have so many, the one that hides most."""
        kinds = [kind for kind in self._privacy.keys.get(source, ()) if len(kind) == parts]
        if not kinds:
            return ("",) * parts
        return tuple(
            max(types, key=lambda name: bool(name) and is_personal(name)) for types in zip(*kinds, strict=True)
        )


def _hides(type_name: str) -> bool:
    return type_name != "" and is_personal(type_name)


def part(text: str, type_name: str) -> str:
    """One part of a key; a number that stands where a name could is the number of a row or a record."""
    if not type_name or _ROW.fullmatch(text) or (text.isdigit() and not _may_be_digits(type_name)):
        return without_addresses(text)
    return mask(text, type_name)


def _may_be_digits(type_name: str) -> bool:
    """Whether a key of digits is a value of the type: a telephone or tax number, or what is said to be personal."""
    return type_name not in TYPES or (TYPES[type_name].personal and TYPES[type_name].exact)
