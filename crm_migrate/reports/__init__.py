"""Renderings of the figures of a run: one model, and the same numbers in every format.

    write_reports(figures, folder, formats=("html", "xlsx"), ledger=run.table("reconcile"))

Personal values are masked unless `reveal` says otherwise. Files are written whole or not at all.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from crm_migrate.errors import UsageError
from crm_migrate.reports.hiding import masked
from crm_migrate.reports.speaking import told
from crm_migrate.reports.visible import visible_figures
from crm_migrate.words.language import Language, language
from crm_migrate.workspace.figures import Figures
from crm_migrate.workspace.files import write_file

__all__ = ["FORMATS", "LEDGERS", "USUAL", "named", "presentable", "write_reports"]

FORMATS: dict[str, str] = {
    "html": "report.html",
    "xlsx": "report.xlsx",
    "json": "report.json",
    "junit": "junit.xml",
    "md": "summary.md",
    "github": "annotations.txt",
    "csv": "ledger.csv",
    "parquet": "ledger.parquet",
    "exceptions": "exceptions.csv",
}
LEDGERS = ("csv", "parquet", "exceptions")  # every line, which the others sum up
USUAL = ("html", "json", "junit", "md")  # a workbook costs as much as all others together, and is for a few readers


def named(formats: Iterable[str]) -> tuple[str, ...]:
    """The formats, each once. UsageError for one that is not in `FORMATS`."""
    wanted = tuple(dict.fromkeys(formats))
    if unknown := [name for name in wanted if name not in FORMATS]:
        raise UsageError(f"unknown report format {unknown[0]!r}", hint=f"known formats: {', '.join(FORMATS)}")
    return wanted


def presentable(figures: Figures, *, reveal: bool = False) -> Figures:
    """The figures as any report may show them: personal values masked, nothing invisible in any text."""
    return visible_figures(figures if reveal else masked(figures))


def write_reports(
    figures: Figures,
    folder: Path,
    *,
    formats: Iterable[str] = USUAL,
    reveal: bool = False,
    ledger: Path | None = None,
    locale: str | None = None,
    beside: bool = True,
) -> list[Path]:
    """Write the named formats into `folder` and return their paths in that order.

    Beside a page lie the whole lists of its exceptions (`reports/beside.py`), where it does not show them and `beside`
    does not say otherwise.

    `ledger` is the folder `reconcile` of the run (for lines in workbook and ledger), `locale` overrules the one of the
    figures. UsageError for a format that is not in `FORMATS`; nothing is written then.
    """
    wanted = named(formats)
    shown = presentable(figures, reveal=reveal)
    words = language(locale or figures.locale)
    folder.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        if beside and name == "html":
            _page(shown, folder, words, reveal=reveal, ledger=ledger)
        else:
            _write(name, shown, folder / FORMATS[name], words, reveal=reveal, ledger=ledger)
    return [folder / FORMATS[name] for name in wanted]


def _page(figures: Figures, folder: Path, words: Language, *, reveal: bool, ledger: Path | None) -> None:
    """The page and what lies beside it; lists of an earlier report go first, for they may show what this one masks."""
    from crm_migrate.reports import beside, html

    beside.remove(folder / beside.FOLDER)
    pages = html.written(told(figures, words), words, masked=not reveal, ledger=ledger, page=FORMATS["html"])
    for name, text in pages:
        write_file(folder / name, text.encode())


def _write(name: str, figures: Figures, path: Path, words: Language, *, reveal: bool, ledger: Path | None) -> None:
    """Renderers are imported when they are asked for: a workbook costs a second that JSON need not pay."""
    if name == "xlsx":
        from crm_migrate.reports import workbook

        write_file(path, workbook.render(told(figures, words), words, ledger=ledger, reveal=reveal))
    elif name in LEDGERS:
        from crm_migrate.reports import ledger_files

        write_file(path, ledger_files.WRITERS[name](ledger, figures, reveal=reveal))
    else:
        write_file(path, _text(name, ledger)(figures, words, not reveal).encode())


def _text(name: str, ledger: Path | None) -> Callable[[Figures, Language, bool], str]:
    from crm_migrate.reports import annotations, html, json_report, junit, markdown

    renderers: dict[str, Callable[[Figures, Language, bool], str]] = {
        "html": lambda figures, words, hidden: html.render(told(figures, words), words, masked=hidden, ledger=ledger),
        "json": lambda figures, words, hidden: json_report.render(figures, masked=hidden),  # noqa: ARG005
        "junit": lambda figures, words, hidden: junit.render(figures),  # noqa: ARG005
        "md": lambda figures, words, hidden: markdown.render(told(figures, words), words),  # noqa: ARG005
        "github": lambda figures, words, hidden: annotations.render(told(figures, words), words),  # noqa: ARG005
    }
    return renderers[name]
