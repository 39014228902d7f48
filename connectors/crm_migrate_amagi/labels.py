"""Values that no field of amagi-crm is for, as lines `City: Bursa`: tags of a contact, or lines below its notes. Pure.

A list of items is what both are made of. In notes they stand below a line of ours, and above it what people write; a
further line of a value is set in.
"""

from collections.abc import Iterable, Mapping, Sequence

OUR_LINE = "--- crm-migrate ---"
_BETWEEN, _SET_IN = ": ", "  "


def label_of(item: str) -> str:
    """What an item is called; "" where it is no item with a label."""
    label, between, _ = item.partition(_BETWEEN)
    return label if between else ""


def labelled(items: Iterable[str], label: str) -> list[str]:
    """The values with a label, in their order."""
    return [item.partition(_BETWEEN)[2] for item in items if label_of(item) == label]


def relabelled(items: Sequence[str], values: Mapping[str, str | None]) -> list[str]:
    """The items with these values and no other ones of their labels; None takes them away."""
    kept = [item for item in items if label_of(item) not in values]
    return [*kept, *(f"{label}{_BETWEEN}{value}" for label, value in values.items() if value is not None)]


def split_notes(notes: str | None) -> tuple[str | None, list[str]]:
    """What people wrote, and our items. What they wrote below our line is theirs, too."""
    lines = (notes or "").split("\n")
    ours = next((n for n in range(len(lines) - 1, -1, -1) if lines[n].strip() == OUR_LINE), len(lines))
    theirs, items = lines[:ours], list[str]()
    for line in lines[ours + 1 :]:
        if items and line.startswith(_SET_IN):
            items[-1] += "\n" + line.removeprefix(_SET_IN)
        elif label_of(line):
            items.append(line)
        elif line:
            theirs.append(line)
    return "\n".join(theirs) or None, items


def joined_notes(theirs: str | None, items: Sequence[str]) -> str | None:
    """Notes of what people wrote and our items."""
    set_in = [item.replace("\n", "\n" + _SET_IN) for item in items]
    parts = [*([theirs] if theirs else []), *([OUR_LINE, *set_in] if items else [])]
    return "\n".join(parts) or None
