"""What a property of a card is called as a column, and its value as canonical text."""

import re
from collections.abc import Iterator

from crm_migrate_files.vcard_lines import Property, plain

COMPONENTS = {
    "N": ("family", "given", "additional", "prefix", "suffix"),
    "ADR": ("pobox", "extended", "street", "city", "region", "code", "country"),
}
PARTED = frozenset((*COMPONENTS, "ORG"))
_PLAIN_TYPES = frozenset({"voice", "internet", "pref"})  # what every number, mailbox and first choice is anyway
_DAYS = frozenset({"BDAY", "ANNIVERSARY", "X-ANNIVERSARY", "X-MS-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY"})
_MOMENTS = frozenset({"REV", "CREATED"})
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T00:?00:?00Z?)?")
_YEARLESS = re.compile(r"--(\d\d)-?(\d\d)")
_MOMENT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(Z?)")
_LABEL = re.compile(r"_\$!<(.*)>!\$_")


def kinds_of(found: Property, label: str) -> tuple[str, ...]:
    """Types of a property that tell it from others of its name, in the order of letters, and the owner's label."""
    wanted = sorted({each for each in found.types if each not in _PLAIN_TYPES})
    own = _LABEL.sub(r"\1", label).strip().lower()
    return (*wanted, own) if own else tuple(wanted)


def cells_of(found: Property, name: str, version: str) -> Iterator[tuple[str, str]]:
    """Columns and values of a property under its name: `TEL.cell`, `ADR.home.street`, `BDAY`. Empty ones are none."""
    for column, value in _values(found, name, version):
        if value:
            yield column, value
    if found.label:
        yield f"{name}.label", found.label


def _values(found: Property, name: str, version: str) -> Iterator[tuple[str, str]]:
    parts = COMPONENTS.get(found.name)
    if parts:
        said = found.parts(version)
        yield from ((f"{name}.{part}", value) for part, value in zip(parts, said, strict=False))
        yield f"{name}.more", "; ".join(filter(None, said[len(parts) :]))
    elif found.name == "ORG":
        first, *units = found.parts(version)
        yield name, first
        yield f"{name}.unit", "; ".join(filter(None, units))
    elif found.name in _DAYS:
        yield from _day(found, name, plain(found.value, version).strip())
    elif found.name in _MOMENTS:
        yield name, _MOMENT.sub(r"\1-\2-\3T\4:\5:\6\7", found.value.strip())
    else:
        yield name, plain(found.value, version).strip()


def _day(found: Property, name: str, text: str) -> Iterator[tuple[str, str]]:
    """A day; one without a year is no day and has a column of its own."""
    day, yearless = _DAY.fullmatch(text), _YEARLESS.fullmatch(text)
    if day and day[1] == found.omitted_year:
        yield f"{name}.yearless", f"--{day[2]}-{day[3]}"
    elif yearless:
        yield f"{name}.yearless", f"--{yearless[1]}-{yearless[2]}"
    else:
        yield name, f"{day[1]}-{day[2]}-{day[3]}" if day else text
