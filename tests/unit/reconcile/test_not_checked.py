"""Everything that a report can say of what it did not check is said in the language of the reader."""

import pytest
from mini_run import plan

from crm_migrate.mapping.plan import SourcePlan
from crm_migrate.reports.speaking import UNCHECKED
from crm_migrate.stages.reconcile.gates import Found
from crm_migrate.stages.reconcile.verdict import not_checked
from crm_migrate.words import catalogue
from crm_migrate.words.language import language
from crm_migrate.words.messages import recognise, spoken
from crm_migrate.workspace.coverage_figures import ColumnFigure
from crm_migrate.workspace.figures import Bridge, FieldFigure, MaskFigure, SourceFigure


def told() -> list[str]:
    """The sentences of a report that checked as little as one can."""
    whole = plan()
    behind = SourcePlan(name="faxes", key=("Nr",), locale="en", time_zone="UTC", stays_behind="D-1")
    loose = SourcePlan(name="loose", key=("Nr",), locale="en", time_zone="UTC")
    left = whole.reconcile.model_copy(update={"kpis": (), "compare": {"deals": "sample 50"}})
    following = whole.model_copy(update={"sources": (*whole.sources, behind, loose), "reconcile": left})
    found = Found(limit=1_000, uncompared=["contacts (not read back)", "deals (sampled)"])
    found.sources = (
        SourceFigure(
            source="faxes", path="faxes.csv", sha256="0", bytes=1, records=1_234, quarantined=0, counted=None,
            count_method="no such method",
        ),
    )  # fmt: skip
    found.columns = tuple(
        ColumnFigure(source="sheet", column=fate, fate=fate, rows=1, filled=1)  # type: ignore[arg-type]
        for fate in ("archived", "dropped", "unspoken")
    )
    found.odd, found.unrated = {"pipeline": 2}, {"pack.won_revenue": 1_234}
    found.report_bridges = [
        Bridge(
            object="deals", measure="amount", currency="EUR", source_total="0.00", source_lines=1_234, terms=(),
            target_total="0.00", target_lines=0, unexplained="0.00", unrated=1_234,
        )
    ]  # fmt: skip
    found.masked = [MaskFigure(object="contacts", field="email", cells=3, values=3, masks=3)]
    silent = {"not_comparable": 3}
    found.fields = [
        FieldFigure(
            object="contacts", field="fax", type="phone", records=3, compared=0, matched=0, classes=silent, causes=(),
            changed_from_source=0,
        )
    ]  # fmt: skip
    return list(not_checked(following, found))


def test_they_are_all_sentences_that_there_are() -> None:
    said = {known.key for text in told() if (known := recognise(text, UNCHECKED)) is not None}
    assert said == {key for key in catalogue("en") if key.startswith(UNCHECKED)}


@pytest.mark.parametrize("code", ["de", "tr"])
def test_none_stays_english(code: str) -> None:
    for text in told():
        assert spoken(text, language(code), UNCHECKED) != text


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("de", "deals.amount: 1.234 Beträge haben an ihrem Tag keinen Wechselkurs; die Summen in EUR sind ohne sie."),
        ("tr", "deals.amount: 1.234 tutarın kendi gününde döviz kuru yok; EUR cinsinden toplamlar onlarsızdır."),
    ],
)
def test_amounts_without_a_rate_are_told_with_their_currency(code: str, said: str) -> None:
    assert said in [spoken(text, language(code), UNCHECKED) for text in told()]
