"""The bridge in the currency of the report is in the page and in the workbook, and adds up there."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from fictional_figures import figures
from openpyxl import load_workbook

from crm_migrate.reports import write_reports
from crm_migrate.reports.html import render
from crm_migrate.words.language import language
from crm_migrate.workspace.figures import Bridge, Example, Term

BRIDGE = Bridge(
    object="deals", measure="amount", currency="CHF", source_total="150.25", source_lines=4,
    terms=(Term(name="excluded", amount="-50.00", lines=1),), unexplained="0.00", target_total="100.25", target_lines=3,
    unreadable=1, unrated=2, unrated_arrived=1,
)  # fmt: skip


def test_page_and_workbook_show_it(tmp_path: Path) -> None:
    shown = figures().model_copy(update={"report_bridges": (BRIDGE,)})
    html, xlsx, json_file = write_reports(shown, tmp_path, formats=("html", "xlsx", "json"))
    table = html.read_text("utf-8").partition('data-table="report_bridge"')[2].partition("</table>")[0]
    cells = re.findall(r'<tr class="(\w+)">.*?<td class="n" data-v="([^"]*)"', table)
    told = [(kind, Decimal(amount)) for kind, amount in cells]
    assert told == [
        ("source_total", Decimal("150.25")), ("term", Decimal(-50)), ("unexplained", Decimal(0)),
        ("bad", Decimal(-1)), ("bad", Decimal(-2)), ("target_total", Decimal("100.25")),
    ]  # fmt: skip
    sheet = load_workbook(xlsx)["Amounts in the currency of…"]
    amounts = [Decimal(str(row[5])) for row in sheet.iter_rows(min_row=2, values_only=True) if row[5] is not None]
    assert amounts == [Decimal("150.25"), Decimal(-50), Decimal(0), Decimal("100.25")]
    lines = dict(re.findall(r'data-v="(unreadable|unrated)".*?<span data-figure="\w+" data-v="(\d+)"', table))
    assert lines == {"unreadable": "1", "unrated": "2"}
    said = {row[3]: row[6] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert said["Unreadable amounts"] == -1 and said["Without a rate on their day"] == -2
    (bridge,) = json.loads(json_file.read_text("utf-8"))["figures"]["report_bridges"]
    assert (bridge["unreadable"], bridge["unrated"]) == (1, 2)


@pytest.mark.parametrize(
    ("code", "label", "told"),
    [
        ("en", "all in CHF", "in none of these sums: 1"),
        ("de", "alles in CHF", "in keiner dieser Summen: 1"),
        ("tr", "tümü CHF olarak", "hiçbirinde olmayan tutarlar: 1"),
    ],
)
def test_the_first_picture_says_that_it_is_of_all_currencies_and_what_it_lacks(
    code: str, label: str, told: str
) -> None:
    page = render(figures().model_copy(update={"report_bridges": (BRIDGE,)}), language(code), masked=True)
    drawn = page.partition('<div class="money">')[2].partition("</div>")[0]
    assert label in drawn and told in drawn
    caption = page.partition('data-table="report_bridge"')[2].partition("</caption>")[0]
    assert label in caption, "not the name of the bridge of that single currency"


@pytest.mark.parametrize(
    ("lines", "unexplained", "first"),
    [
        ((3, 5, 4), ("0.00", "0.00", "0.00"), "TRY"),
        ((3, 5, 4), ("0.01", "0.00", "0.00"), "EUR"),
        ((2, 2, 2), ("0",) * 3, "EUR"),
    ],
)
def test_of_several_currencies_the_first_picture_is_of_what_is_unexplained_or_of_most_rows(
    lines: tuple[int, ...], unexplained: tuple[str, ...], first: str
) -> None:
    excluded = Term(name="excluded", amount="-50.00", lines=1, examples=(Example(record="sheet:17", personal=False),))
    of = zip(("EUR", "TRY", "USD"), lines, unexplained, strict=True)
    bridges = [
        BRIDGE.model_copy(
            update={"currency": currency, "source_lines": count, "unexplained": open_, "terms": (excluded,)}
        )
        for currency, count, open_ in of
    ]
    page = render(figures().model_copy(update={"bridges": tuple(bridges)}), language("en"), masked=True)
    drawn = page.partition('<div class="money">')[2].partition("</div>")[0]
    number = 1 + ("EUR", "TRY", "USD").index(first)
    assert f"· {first}</span>" in drawn and f'#bridge-{number}-1"' in drawn
