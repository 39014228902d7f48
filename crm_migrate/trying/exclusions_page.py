"""What rules take away, as Markdown and as lines for a terminal: the gravest first, each in the same few lines."""

from collections.abc import Iterator, Sequence

from crm_migrate.reports import terminal
from crm_migrate.reports.markdown import escape
from crm_migrate.reports.visible import visible
from crm_migrate.trying.exclusions import Exclusions, Money, Taken
from crm_migrate.words.language import Language


def markdown(found: Exclusions, words: Language) -> str:
    """A heading, then for each rule what it is and a list of what it takes away."""
    lines = [f"## {escape(headline(found, words))}", ""]
    for each in found.rules:
        lines += [f"### {escape(title(each, words))}", ""]
        lines += [f"- {escape(line)}" for line in told(each, found.report_in, words)]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def lines(found: Exclusions, width: int, words: Language) -> list[str]:
    """The same for a terminal."""
    shown = terminal.wrapped(headline(found, words), width)
    for each in found.rules:
        shown += ["", *terminal.wrapped(title(each, words), width)]
        shown += [
            part for line in told(each, found.report_in, words) for part in terminal.wrapped(f"  {line}", width, 6)
        ]
    return shown


def headline(found: Exclusions, words: Language) -> str:
    """How many rules leave something out of how many rows."""
    if not found.rules:
        return words.word("excluded.nothing", rows=words.number(found.rows))
    return words.word("excluded.head", rules=words.number(len(found.rules)), rows=words.number(found.rows))


def title(each: Taken, words: Language) -> str:
    """The rule, its condition where that says more, whom it is about."""
    said = "" if each.condition == each.rule else f": {visible(each.condition, 200)}"
    kind = words.word(f"excluded.kind.{each.kind}")
    return f"{each.object} ← {each.source}  {kind} {visible(each.rule, 200)}{said}"


def told(each: Taken, report_in: str, words: Language) -> Iterator[str]:
    """Records, what follows, money, activity, likeness, examples; a line only where there is something to say."""
    number = words.number
    counts = {"rows": number(each.rows), "arriving": number(each.arriving), "records": number(each.records)}
    yield words.word("excluded.rows" if each.arriving else "excluded.none", **counts)
    for other in each.follows:
        if other.rows:
            yield words.word("excluded.follows", rows=number(other.rows), object=other.object)
        if other.unlinked:
            yield words.word("excluded.unlinked", records=number(other.unlinked), object=other.object)
    if each.money or each.following_money:
        sums = [_sums(each.money, words) or "0", _sums(each.following_money, words) or "0"]
        line = words.word("excluded.money", own=sums[0], following=sums[1])
        yield line + (f" (≈ {words.amount_in(each.in_report, report_in)})" if report_in else "")
    if each.open or each.recent or each.last:
        last = each.last or "–"
        yield words.word("excluded.activity", open=number(each.open), recent=number(each.recent), last=last)
    if each.arriving:
        like = (number(count) for count in (each.alike, each.perhaps, each.alone))
        yield words.word("excluded.likeness", **dict(zip(("alike", "perhaps", "alone"), like, strict=True)))
    if each.examples:
        yield words.word("excluded.examples", records=", ".join(each.examples))


def _sums(money: Sequence[Money], words: Language) -> str:
    listed = ((each, each.currency or words.word("excluded.no_currency")) for each in money)
    return ", ".join(f"{words.money(each.amount, each.currency)} {currency}" for each, currency in listed)
