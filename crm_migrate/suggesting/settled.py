"""What a profile knows of the columns of a file: which it speaks of by which name, and why it leaves some out."""

from collections.abc import Mapping, Sequence

from crm_migrate.mapping import rewording
from crm_migrate.mapping.profiles import SourceProfile
from crm_migrate.mapping.rewording import skipped_by
from crm_migrate.mapping.text import SAME_ROW


def names_in(profile: SourceProfile, columns: Sequence[str], tag: str | None = None) -> dict[str, str]:
    """Own column -> header, with the column that the name of a file becomes, where it becomes one."""
    return profile.spoken(columns) | ({profile.tag: tag} if profile.tag and tag else {})


def settled(profile: SourceProfile, columns: Sequence[str]) -> Mapping[str, str]:
    """Every header of a file that the profile sees to -> why it is left out; "" where it is not."""
    used = used_in(profile)
    said = {own: each for own, each in profile.columns.items() if each.field or each.proves or each.left or own in used}
    named = {header: said[own].left or "" for own, header in names_in(profile, columns).items() if own in said}
    return {**_joined(profile, columns), **named}


def _joined(profile: SourceProfile, columns: Sequence[str]) -> Mapping[str, str]:
    """The columns of partners of which the profile says once why it leaves them out."""
    reasons = {alias: join.left for alias, join in profile.join.items() if join.left}
    found = ((column, reasons.get(column.partition(".")[0])) for column in columns)
    return {column: reason for column, reason in found if reason}


def used_in(profile: SourceProfile) -> frozenset[str]:
    """The columns that a profile reads besides those that feed a field alone: its key, its rules, its objects."""
    names = {own: own for own in profile.columns}
    found = {*profile.key, *([profile.changed] if profile.changed else [])}
    found |= {column for rule in profile.skip for column in skipped_by(rule, names).columns}
    for record in profile.objects.values():
        texts = (text for text in record.fields.values() if text != SAME_ROW)
        found |= {column for text in texts for column in rewording.cell(text, names).columns}
        cells = (record.about.type, record.about.id) if record.about else ()
        found |= {column for text in cells for column in rewording.cell(text, names).columns}
        found |= {*record.filled, *(rewording.expression(record.where, names).columns if record.where else ())}
        found |= {*(rewording.split(record.split_rows, names).columns if record.split_rows else ())}
    return frozenset(found)
