"""A text with proposals is checked as any mapping is: what the check refuses is taken out again, and told."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from crm_migrate.finding import Finding, errors
from crm_migrate.mapping.reading import read_text
from crm_migrate.mapping.resolving import examine
from crm_migrate.mapping.resolving_sources import Columns
from crm_migrate.suggesting.suggestion import Left, Offer, Suggestion
from crm_migrate.workspace.layout import Project

MOST_ROUNDS = 5


def sound(
    project: Project, told: Suggestion, write: Callable[[Suggestion], str], columns: Columns
) -> tuple[str, Suggestion]:
    """The text that `write` makes of the proposals, without those that a check of the mapping refuses.

    What the file says wrong already stays as it is: the check tells that by itself.
    """
    before = {about(f) for f in errors_of(project, write(Suggestion()), columns)}
    for _ in range(MOST_ROUNDS):
        text = write(told)
        wrong = [f for f in errors_of(project, text, columns) if about(f) not in before]
        refused = _refused(text, wrong, told)
        if not refused:
            break
        told = _without(told, refused)
    return text, told


def errors_of(project: Project, text: str, columns: Columns) -> Sequence[Finding]:
    """The errors that a check of a project finds with this text as its mapping."""
    with tempfile.TemporaryDirectory(prefix="crm-migrate-") as place:
        file = Path(place) / "crm-migrate.yaml"
        file.write_bytes(text.encode())
        return errors(examine(Project(project.folder, file), columns=columns)[1])


def about(finding: Finding) -> tuple[str, str]:
    """What a finding says, wherever it stands."""
    return finding.code, finding.message


def _refused(text: str, wrong: Sequence[Finding], told: Suggestion) -> dict[tuple[str, str], Finding]:
    """The proposed fields on whose lines the check found something."""
    document, _ = read_text(text, "crm-migrate.yaml")
    lines = {f.place.line: f for f in reversed(wrong)}
    found = {}
    for offer in told.offers:
        number = document.key_spot(("objects", offer.object, "fields", offer.field)).line
        if number in lines:
            found[offer.object, offer.field] = lines[number]
    return found


def _without(told: Suggestion, refused: dict[tuple[str, str], Finding]) -> Suggestion:
    kept, left = list[Offer](), list(told.left)
    for offer in told.offers:
        finding = refused.get((offer.object, offer.field))
        if finding is None:
            kept.append(offer)
        else:
            remark = f"not {offer.object}.{offer.field}: {finding.message}"
            left.append(Left(offer.source, offer.column, remark))
    return replace(told, offers=kept, left=left)
