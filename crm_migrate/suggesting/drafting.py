"""A first mapping of a folder of exports: environments, sources with their keys, objects, and one example."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from textwrap import wrap

from crm_migrate.crm.model import OBJECTS
from crm_migrate.mapping.editing import scalar
from crm_migrate.mapping.profiles import ProfileJoin
from crm_migrate.mapping.proposed import Claim, printable
from crm_migrate.suggesting.exports import Export, is_one
from crm_migrate.suggesting.lines import commented, key_line, map_lines, new_objects, object_lines
from crm_migrate.suggesting.linking import UNKEYED, Key, changes, counts_rows
from crm_migrate.suggesting.recognising import Fit
from crm_migrate.suggesting.suggestion import Feed, Offer, Suggestion

_HEAD = """\
# A first mapping, proposed from the exports in this folder. Every line with a `# proposed:` behind it waits for you:
# look at it, mend it, and take the comment away. Then: crm-migrate mapping check, mapping test, preview, plan, run.
crm_migrate: 1
"""
CHANGED = "updated_at"  # the field whose column says when a row was changed last
MOST_KEYS = 12  # columns that stand for a key where none is one
# What stands in the cells of the example, by what a semantic type declares: values that no step changes.
_EXAMPLES: Mapping[str, str] = {
    "company_name": "Deniz Makine",
    "given_name": "Ada",
    "family_name": "Deniz",
    "person_name": "Ada Deniz",
    "email": "ada.deniz@firma.example",
    "city": "Ankara",
}


@dataclass(frozen=True, slots=True)
class Locale:
    """The language that most headers speak, with a country where telephone numbers show one, and why."""

    name: str
    because: str


def draft(
    exports: Sequence[Export], told: Suggestion, title: str, locale: Locale, lender: tuple[str, str] | None = None
) -> str:
    """The text of the mapping. Sources that hold nothing known stand in it as comments: they are yours to map.

    `lender` is the source that lends the others its database, and the address.
    """
    feeding = {offer.source for offer in told.offers}
    lines = [_HEAD.rstrip("\n"), *(f"# without a source: {name}.{field} is required" for name, field in told.missing)]
    lines += ["project:", f"  name: {scalar(title)}"]
    lines += [commented(f"  locale: {locale.name}", [Claim("", 0.7, locale.because)])]
    lines += ["", "environments:", '  mock: {connector: sql, url: "sqlite:///crm.db"}', "", "sources:"]
    lines += [f"  {lender[0]}: {{url: {scalar(lender[1])}}}"] if lender else []
    for export in exports:
        lines += _source(export, told, lender[0] if lender else "", feeds=export.name in feeding)
    lines += ["", "value_maps:", *map_lines(told, 2)] if told.maps else []
    lines += ["", "objects:", *_objects(told)]
    example = _example(told)
    lines += ["", *example] if example else []
    return "\n".join(lines) + "\n"


def _objects(told: Suggestion) -> list[str]:
    return [line for name in new_objects(told, ()) for line in object_lines(name, told, 2)]


def _source(export: Export, told: Suggestion, lender: str, *, feeds: bool) -> list[str]:
    key = told.keys.get(export.name) or _whole(told.unkeyed.get(export.name, UNKEYED), _filled(export))
    lines = [f"  {export.name}:", *_evidence(export), *(f"    {line}" for line in _origin(export, lender))]
    lines.append(commented(f"    {key_line(key)}", [Claim("", key.score, ", ".join(key.because))]))
    changed = next((o for o in told.offers if (o.source, o.field) == (export.name, CHANGED)), None)
    if changed is not None and not (export.study.profile and export.study.profile[1].changed):
        why = Claim("", changed.score, ", ".join(changed.because))
        lines.append(commented(f"    changed: {scalar(changed.cell)}", [why]))
    lines += [f"    {line}" for line in (*_borrowed(export, told), *_unmapped(export, told))]
    return lines if feeds else [f"#{line[1:]}" for line in lines]


def _evidence(export: Export) -> Iterator[str]:
    """Which export it is and what speaks for it, as comments; where several fit equally well, all of them."""
    for fit in export.fits:
        use = "" if len(export.fits) == 1 else f"may be `use: {fit.name}`: "
        text = f"{use}{fit_line(fit)}"
        consent = [f"consent: {fit.profile.consent}"] if fit.profile.consent and not use else []
        for each in (text, *consent):
            yield from (f"    # {line}" for line in wrap(printable(each), 108, break_on_hyphens=False))


def fit_line(fit: Fit) -> str:
    """`Xero contacts (xero, layout contacts): 70 of 73 columns known; verified 2026-11-21: two importers agree`."""
    layouts = f", layout {', '.join(fit.layouts)}" if fit.layouts else ""
    told = f"{fit.profile.title} ({fit.name}{layouts}): {fit.known} of {fit.columns} columns known"
    return f"{told}; verified {fit.profile.last_verified}: {fit.evidence}".rstrip(": ")


def _filled(export: Export) -> list[str]:
    """The columns with any value, without those that people change or that number the rows where others are left."""
    table = export.study.table
    known = [column for column in table.columns if column.isprintable()]
    filled = [c for c in known if c not in table.values or table.values[c].count()] or known
    lasting = [column for column in filled if not changes(column) and not counts_rows(export.study, column)]
    return lasting or filled


def _whole(why: str, columns: Sequence[str]) -> Key:
    """The first columns together, where none names a row: rows that are equal in them are one."""
    return Key(
        tuple(columns[:MOST_KEYS]), 0.1, (f"{why}: say what names a row, or have the system export its ids",), False
    )


def _origin(export: Export, lender: str = "") -> Iterator[str]:
    if export.study.profile:
        yield f"use: {export.study.profile[0]}"
    if not export.files:
        yield from _table(str(export.table), export.joins, lender)
        return
    if any(tag for _, tag in export.files):
        parts = ", ".join(f"{tag}: {scalar(path)}" for path, tag in export.files)
        yield f"files: {{{parts}}}"
        tag = export.study.profile[1].tag if export.study.profile else None
        yield f"tag: {tag}"
    elif len(export.files) > 1:
        yield f"file: {scalar(_pattern([path for path, _ in export.files]))}"
    else:
        yield f"file: {scalar(export.files[0][0])}"
    if export.sheet:
        yield f"sheet: {scalar(export.sheet)}"
    if export.table:
        yield f"table: {scalar(export.table)}"
    if export.header_row:
        yield f"header_row: {export.header_row}"


def _borrowed(export: Export, told: Suggestion) -> Iterator[str]:
    """The source whose columns it reads, too, found by its key."""
    if (join := told.joins.get(export.name)) is not None:
        by = f"{{{scalar(join.own)}: {scalar(join.theirs)}}}"
        line = f"join: {{{join.alias}: {{source: {join.source}, by: {by}}}}}"
        yield commented(line, [Claim("", 0.7, "the country of their company reads their telephones")])


def _table(name: str, joins: Mapping[str, ProfileJoin], lender: str) -> Iterator[str]:
    """A table of the database that `lender` has the address of, and its partners."""
    yield f"table: {scalar(f'{lender}.{name}')}"
    if joins:
        yield "join:"
    for alias, join in joins.items():
        by = ", ".join(f"{scalar(own)}: {scalar(theirs)}" for own, theirs in join.by.items())
        take = f", take: {scalar(join.take)}" if join.take else ""
        yield f"  {alias}: {{table: {scalar(f'{lender}.{join.table}')}, by: {{{by}}}{take}}}"


def _pattern(paths: Sequence[str]) -> str:
    """A pattern that all the paths fit, by what their names begin and end with."""
    if is_one(Path(paths[0])):  # they are named after people, and there will be others
        return PurePosixPath(paths[0]).with_name(f"*{Path(paths[0]).suffix}").as_posix()
    first, last = min(paths), max(paths)
    begin = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    return f"{first[:begin].rstrip('0123456789')}*{first[first.rindex('.') :]}"


def _unmapped(export: Export, told: Suggestion) -> Iterator[str]:
    """Columns that nothing takes, as comments: what becomes of each is a decision."""
    left = [each for each in told.left if each.source == export.name]
    if not left:
        return
    yield "# not mapped; map them, or say `unmapped: {archive: [...]}`:"
    for remark in dict.fromkeys(each.remark for each in left):
        names = ", ".join(printable(each.column) for each in left if each.remark == remark)
        text = f"{remark}: {names}" if remark else names
        yield from (f"#   {line}" for line in wrap(text, 108, break_long_words=False, break_on_hyphens=False))


# --------------------------------------------------------------------------------------------------------- example


def _example(told: Suggestion) -> list[str]:
    """One example with invented values, of the object that most lines are about."""
    names = new_objects(told, ())
    by_name = {name: [o for o in told.offers if o.object == name and _is_plain(o, told)] for name in names}
    name = max(names, key=lambda n: sum(_value(o) is not None for o in by_name[n]), default=None)
    if name is None:
        return []
    source = next((s for held, s in told.feeds if held == name and any(o.source == s for o in by_name[name])), "")
    cells = {o: value for o in by_name[name] if o.source == source and (value := _value(o)) is not None}
    if not cells or not {f.name for f in OBJECTS[name].fields if f.required} <= {o.field for o in cells}:
        return []
    given = ", ".join(f"{scalar(o.column)}: {scalar(value)}" for o, value in cells.items())
    expect = ", ".join(f"{o.field}: {scalar(value)}" for o, value in cells.items())
    return [
        "examples:                       # rows and what becomes of them: crm-migrate mapping test",
        f"  - name: a row of {source} becomes one of {name}",
        f"    given: {{{source}: {{{given}}}}}",
        f"    expect: {{{name}: {{{expect}}}}}",
    ]


def _is_plain(offer: Offer, told: Suggestion) -> bool:
    """Whether the cell is a column of rows that all hold such a record."""
    feed = told.feeds.get((offer.object, offer.source), Feed())
    return offer.ref is None and not offer.cell.startswith("=") and not feed.split_rows and not feed.where


def _value(offer: Offer) -> str | None:
    field = OBJECTS[offer.object].field(offer.field)
    return _EXAMPLES.get(field.type) if field and " | " not in offer.cell else None
