"""Money of open deals by who owns them: what hangs on people who have left."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from crm_migrate.assessing.figures import MoneyFigure, Said
from crm_migrate.assessing.hiding import shown
from crm_migrate.assessing.kinds import Meanings
from crm_migrate.assessing.opening import Opened, Subject
from crm_migrate.assessing.words import becomes, value_map, who
from crm_migrate.cleansing import STEPS, Context, evidence
from crm_migrate.crm.money import plain
from crm_migrate.crm.work import ENDED
from crm_migrate.mapping.plan import Plan

# What stages of deals that are over are called in other languages, folded as below.
_ENDED = frozenset(ENDED) | {
    "gewonnen", "verloren", "abgeschlossen", "storniert", "kazanildi", "kazanilan", "kaybedildi", "kaybedilen",
    "kapandi", "iptal", "menang", "kalah", "batal", "gagne", "perdu", "ganado", "perdido",
}  # fmt: skip
_EXACT = pl.Decimal(38, 6)
_NAMED = 12  # stages that are named in a sentence


def open_money(subject: Subject, meanings: Meanings, opened: Opened, owners: Sequence[str]) -> Iterator[MoneyFigure]:
    """One figure per owner and currency, of the first of the columns of owners; none where a source holds no deals, or
    nothing of owners or amounts."""
    amount = _column(subject, meanings, "deals.amount")
    if meanings.objects.get(subject.name) != "deals" or not owners or not amount:
        return
    said = opened.plan.owners if opened.plan else None
    for owner, currency, deals, summed, total in _sums(subject, meanings, opened.plan, owners[0], amount).iter_rows():
        state, successor = who(owner, said)
        yield MoneyFigure(
            source=subject.name,
            column=owners[0],
            owner=shown(owner, "text", False),
            state=state,
            successor=successor,
            currency=currency,
            deals=deals,
            summed=summed,
            amount=plain(total, currency),
        )


def told_of_money(subject: Subject, meanings: Meanings, opened: Opened) -> Said:
    """Which stages count as open: words that nobody knows are among them."""
    stage = _column(subject, meanings, "deals.stage")
    if not stage:
        return Said(key="not.money", places={"source": subject.name})
    over = _over(subject, meanings, stage, opened.plan)
    still = [
        text for text in subject.staged.tally(stage).values.sort("cells", descending=True)["value"] if text not in over
    ]
    named = {
        name: ", ".join(shown(each, "text", True) for each in words[:_NAMED])
        for name, words in (("over", over), ("open", still))
    }
    return Said(key="not.stages", places={"source": subject.name, "stage": stage, **named})


def _column(subject: Subject, meanings: Meanings, field: str) -> str:
    """The column that feeds a field; "" for none."""
    return next((c for c in subject.staged.columns if meanings.of(subject.name, c).field == field), "")


def _sums(subject: Subject, meanings: Meanings, plan: Plan | None, owner: str, amount: str) -> pl.DataFrame:
    """Owner, currency, open deals, those of them whose amount can be read, and their sum, the largest first."""
    stage, currency = _column(subject, meanings, "deals.stage"), _column(subject, meanings, "deals.currency")
    names = list(dict.fromkeys(filter(None, (owner, amount, stage, currency))))
    frame = pl.read_parquet(subject.staged.path, columns=names)
    frame = frame.with_columns(pl.all().str.strip_chars().fill_null("")).filter(pl.col(owner) != "")
    if stage:
        frame = frame.filter(~pl.col(stage).is_in(_over(subject, meanings, stage, plan)))
    rows = frame.select(
        pl.col(owner).alias("owner"),
        (pl.col(currency).str.to_uppercase() if currency else pl.lit("")).alias("currency"),
        pl.col(amount).alias("written"),
    )
    read = rows.join(_amounts(subject, rows["written"]), on="written", how="left")
    counts = (pl.len().alias("deals"), pl.col("amount").count().alias("summed"), pl.col("amount").sum())
    return (
        read.group_by("owner", "currency")
        .agg(*counts)
        .sort("amount", "owner", "currency", descending=[True, False, False])
    )


def _amounts(subject: Subject, written: pl.Series) -> pl.DataFrame:
    """What each way of writing is as an amount; null where it cannot be read for certain."""
    different = written.unique().filter(written.unique() != "").sort()
    context = Context(subject.study.table.locale)
    context = replace(context, evidence=evidence(different, "money", context))
    read = STEPS["money"].function(different, context)
    sure = read.select(pl.when(pl.col("flag").is_null()).then(pl.col("value")).alias("amount"))["amount"]
    return pl.DataFrame({"written": different, "amount": sure.cast(pl.String).cast(_EXACT, strict=False)})


def _over(subject: Subject, meanings: Meanings, stage: str, plan: Plan | None) -> list[str]:
    """The stages of deals that are over: by what they become, or by what they are called."""
    column = subject.staged.tally(stage)
    told = becomes(column, value_map(subject.name, stage, meanings.of(subject.name, stage), plan))
    return [text for text in sorted(column.values["value"]) if _folded(told.get(text) or text) in _ENDED]


def _folded(text: str) -> str:
    small = text.replace("İ", "i").lower().replace("ı", "i")
    return re.sub(r"[\W_]+", "", small)
