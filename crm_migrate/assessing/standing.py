"""What people decided about findings: kept beside the reports, joined to those of today, stale where they changed.

findings:
  - finding: 3f0c1a22bd
    about: orphans of people: Firm
    status: accepted
    owner: Ute Meier
    due: 2026-12-04
    decision: the four are test records
    seen: 4 of 86            # what it was when somebody decided
    files: 9f2c4e1a0b77      # and in which files
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from crm_migrate.assessing.figures import Assessment, Card, Settled, Standing, Status
from crm_migrate.errors import InputError
from crm_migrate.workspace.decision_files import read_entries, with_entries
from crm_migrate.workspace.files import SHARED, write_file

NAME = "assessment-decisions.yaml"
WORD = "findings"
STATUSES: tuple[Status, ...] = ("open", "assigned", "fixed", "accepted", "wont_fix")
CLOSED = frozenset({"accepted", "wont_fix"})
_REQUIRED = ("finding", "about", "status", "seen", "files")


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands in the file about one finding, all of it text."""

    finding: str
    about: str
    status: str
    seen: str
    files: str
    owner: str = ""
    due: str = ""
    decision: str = ""


def read(folder: Path) -> dict[str, Kept]:
    """By id of the finding. InputError where an entry cannot be taken: a decision that is not read would be lost."""
    path = folder / NAME
    found, wrong = read_entries([path] if path.exists() else [], WORD, "finding", _kept)
    if wrong:
        raise InputError(f"{wrong[0].place}: {wrong[0].message}", hint=wrong[0].hint or "")
    by_id = {each.finding: each for each in found}
    if len(by_id) < len(found):
        raise InputError(f"{path} says two things of one finding", hint="leave one of the entries")
    return by_id


def _kept(item: Any) -> Kept | str:
    """An entry, or what is wrong with it."""
    if not isinstance(item, dict):
        return "it is no mapping of words."
    if unknown := sorted(set(item) - set(Kept.__dataclass_fields__)):
        return f"unknown word `{unknown[0]}`."
    if missing := [word for word in _REQUIRED if not item.get(word)]:
        return f"`{missing[0]}` is missing."
    if odd := [word for word, value in item.items() if not isinstance(value, str)]:
        return f"`{odd[0]}` must be one text."
    kept = Kept(**item)
    return unfit(kept.status, kept.owner, kept.due, kept.decision) or kept


def unfit(status: str, owner: str, due: str, decision: str) -> str:
    """What is wrong with a decision, or nothing."""
    if status not in STATUSES:
        return f"`status` must be one of {', '.join(STATUSES)}."
    if due and not _is_day(due):
        return "`due` must be a day, YYYY-MM-DD."
    return {
        "needs_owner": "what is assigned or due needs an `owner`.",
        "needs_decision": f"`{status}` needs a `decision`: why, or by whose word.",
    }.get(lacking(status, owner, due, decision), "")


def lacking(status: str, owner: str, due: str, decision: str) -> str:
    """What a decision cannot be without, as a key of `take.*` in the catalogue; "" where it has all."""
    if (status == "assigned" or due) and not owner:
        return "needs_owner"
    return "needs_decision" if status in CLOSED and not decision else ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def keep(folder: Path, entries: Mapping[str, Kept]) -> Path:
    """Write the decisions of these findings; all others in the file stay as they are. One without anything goes."""
    path = folder / NAME
    said = [asdict(each) for each in entries.values() if (each.status, each.owner, each.decision) != ("open", "", "")]
    fresh = [{name: text for name, text in each.items() if text} for each in said]
    write_file(path, with_entries(path, WORD, fresh, lambda item: item["finding"] not in entries), SHARED)
    return path


def seen(card: Card) -> str:
    """What a finding is, as it is kept: another count is another finding to decide on."""
    return f"{card.count} of {card.of}"


def files_of(found: Assessment) -> dict[str, str]:
    """Source -> a hash of its files."""
    by_source: dict[str, list[str]] = {}
    for each in found.files:
        by_source.setdefault(each.source, []).append(each.sha256)
    return {name: hashlib.sha256("".join(hashes).encode()).hexdigest()[:12] for name, hashes in by_source.items()}


def about(card: Card) -> str:
    """A finding in words that a person recognises in the file."""
    return f"{card.kind} of {card.source}" + (f": {', '.join(card.columns)}" if card.columns else "")


def with_standing(found: Assessment, kept: Mapping[str, Kept], hurts: int) -> Assessment:
    """The assessment with what people decided; `hurts` findings that weigh most are those that nobody has settled."""
    files = files_of(found)
    cards = tuple(_standing(card, kept.get(card.id), files.get(card.source, "")) for card in found.cards)
    there = {card.id for card in cards}
    gone = tuple(
        Settled(finding=each.finding, about=each.about, status=_status(each), owner=each.owner, decision=each.decision)
        for name, each in sorted(kept.items())
        if name not in there
    )
    worst = tuple(card.id for card in cards if is_open(card))[:hurts]
    return found.model_copy(update={"cards": cards, "settled": gone, "hurts": worst})


def _standing(card: Card, kept: Kept | None, files: str) -> Card:
    if kept is None:
        return card
    stale = kept.seen != seen(card) or (kept.status == "fixed" and kept.files != files)
    said = Standing(
        status=_status(kept), owner=kept.owner, due=kept.due, decision=kept.decision, seen=kept.seen, stale=stale
    )
    return card.model_copy(update={"standing": said})


def _status(kept: Kept) -> Status:
    return next(each for each in STATUSES if each == kept.status)


def is_open(card: Card) -> bool:
    """Whether somebody still has to do something about a finding: one that changed is to be looked at again."""
    return card.standing.status not in CLOSED or card.standing.stale


def open_among(cards: Iterable[Card]) -> int:
    """How many of the findings are open."""
    return sum(map(is_open, cards))
