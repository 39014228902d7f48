"""The questions about matching: `match tune`, `match explain`, `match score`."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from crm_migrate.cli.match_input import file_or_project_options, found_in, input_options, is_project
from crm_migrate.cli.speaking import asked_language
from crm_migrate.errors import UsageError

if TYPE_CHECKING:
    from crm_migrate.matching.explaining.labels import Score
    from crm_migrate.matching.explaining.waterfall import Waterfall
    from crm_migrate.words.language import Language

LIMITS = (0.0001, 0.001, 0.005, 0.01, 0.05)  # wrong merges per merged record
AROUND = 5  # examples on each side of a cut
_LANGUAGE = click.option(
    "--lang", metavar="CODE", default="en", show_default=True, help="Language of the words: de, en, tr."
)
_HEAD = ["rule", "right", "wrong", "missed", "asked", "precision", "at least", "recall", "at least"]


@click.command("tune")
@input_options
@click.option(
    "--limit", type=click.FloatRange(0, 1), default=0.001, show_default=True, help="The limit to show examples for."
)
@click.option("--html", type=click.Path(path_type=Path), help="The examples with their weights as one offline page.")
@_LANGUAGE
def tune_command(file: Path, limit: float, html: Path | None, lang: str, **options: Any) -> None:
    """How many merges each limit of wrong merges gives, with the pairs on both sides of the cut.

    \b
      crm-migrate match tune contacts.csv --id ContactID --limit 0.005
    """
    from crm_migrate.matching.explaining.telling import sentence
    from crm_migrate.matching.explaining.tuning import around, tuned
    from crm_migrate.reports.terminal import aligned
    from crm_migrate.reports.visible import visible

    words = asked_language(lang)
    found = found_in(file, **options)
    rows = [["limit", "rows merged", "into", "expected wrong", "rows that wait", "cut (bits)"]]
    rows += [
        [f"{t.limit:g}", f"{t.merged:,}", f"{t.clusters:,}", f"{t.wrong:.2f}", f"{t.waiting:,}", f"{t.cut:+.1f}"]
        for t in tuned(found, sorted({*LIMITS, limit}))
    ]
    click.echo("\n".join(aligned(rows, left=())))
    above, below = around(found, limit, AROUND)
    for title, pairs in ((f"Just merged at {limit:g}:", above), (f"Just not merged at {limit:g}:", below)):
        click.echo(f"\n{title}" + ("" if pairs else " none"))
        for pair in pairs:
            click.echo(f"  {visible(str(pair.left))} and {visible(str(pair.right))}: {visible(sentence(pair, words))}")
    if html:
        _page(html, [*above, *below], words.word("match.around", limit=words.amount(f"{limit:g}")), words)


@click.command("explain")
@file_or_project_options
@click.argument("left")
@click.argument("right")
@click.option(
    "--limit", type=click.FloatRange(0, 1), help="Wrong merges allowed; 0.001 for a file, else the mapping's."
)
@click.option("--object", "object_name", metavar="NAME", help="Of a project: whose records they are.")
@click.option("--run", "run_id", metavar="ID", help="Of a project: which run; the latest that matched by default.")
@click.option("--html", type=click.Path(path_type=Path), help="The same as one offline page, with the model.")
@_LANGUAGE
@click.pass_context
def explain_command(
    ctx: click.Context, /, file: Path, left: str, right: str, limit: float | None, object_name: str | None,
    run_id: str | None, html: Path | None, lang: str, **options: Any,
) -> None:  # fmt: skip
    """Why two rows, named by their ids, are merged, asked about or kept apart: the weight of everything compared.

    \b
      crm-migrate match explain contacts.csv --id ContactID 17 4711
      crm-migrate match explain demo kisi:17 books:A-4
    Of a project the pair is weighed by its model, as in every table, page and report; of a file by what it teaches.
    """
    from crm_migrate.matching.deciding.outcomes import LIMIT
    from crm_migrate.reports.pairs import terminal
    from crm_migrate.reports.visible import visible

    words = asked_language(lang)
    if is_project(file):
        _refuse_given(ctx, ("limit", *options), "which belongs to a file")
        pair = _of_project(file, run_id, object_name, left, right)
    else:
        _refuse_given(ctx, ("object_name", "run_id"), "which belongs to a project")
        if options["id_column"] is None:
            raise UsageError("a file needs --id, the column that names a row", hint="--id COLUMN")
        pair = found_in(file, **options).explain(left, right, LIMIT if limit is None else limit)
    click.echo("\n".join(terminal(pair, words)))
    if not is_project(file):
        click.echo("\n" + words.word("match.alone", file=visible(file.name)))
    if html:
        _page(html, [pair], words.word("match.between", left=left, right=right), words)


def _refuse_given(ctx: click.Context, names: Iterable[str], why: str) -> None:
    """An option that would do nothing is refused."""
    given = [name for name in names if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if given:
        option = next(p.opts[0] for p in ctx.command.params if p.name == given[0])
        raise UsageError(f"there is {option}, {why}", hint=f"leave out {option}")


def _of_project(file: Path, run_id: str | None, object_name: str | None, left: str, right: str) -> "Waterfall":
    from crm_migrate.cli.mapping import project_of
    from crm_migrate.inspecting.why_not import explain_pair
    from crm_migrate.mapping.frozen import read_plan
    from crm_migrate.workspace.state import look_at

    run = look_at(project_of(file), run_id, "dedupe")
    return explain_pair(read_plan(run), run, left, right, object_name)


@click.command("score")
@click.argument("labels", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path, exists=True), default=".", metavar="[PROJECT]")
@click.option("--run", "run_id", metavar="ID", help="Which run; the latest that matched by default.")
@click.option("--min-precision", type=click.FloatRange(0, 1), help="Exit with 1 where the clusters have less.")
@click.option("--min-recall", type=click.FloatRange(0, 1), help="Exit with 1 where the clusters have less.")
def score_command(
    labels: Path, folder: Path, run_id: str | None, min_precision: float | None, min_recall: float | None
) -> None:
    """Precision and recall of every match rule of a run on pairs that a person labelled; a gate for CI.

    LABELS is a CSV or XLSX file with the columns left, right (source:key), same (yes or no), and object.

    \b
      crm-migrate match score labels.csv demo --min-precision 0.999 --min-recall 0.9
    """
    from crm_migrate.cli.mapping import project_of
    from crm_migrate.inspecting.scoring import score_run
    from crm_migrate.mapping.frozen import read_plan
    from crm_migrate.matching.explaining.labels import read_labels
    from crm_migrate.workspace.state import look_at

    said = read_labels(labels)
    run = look_at(project_of(folder), run_id, "dedupe")
    failed = []
    for name, scores in score_run(read_plan(run), run, said).items():
        click.echo(f"{name}: {len([s for s in said if s.object in ('', name)]):,} labelled pairs")
        click.echo("\n".join(_table(scores)))
        failed += _failures(name, scores[-1], min_precision, min_recall)
    for line in failed:
        click.echo(f"gate failed  {line}")
    if failed:
        raise click.exceptions.Exit(1)


def _table(scores: "list[Score]") -> list[str]:
    from crm_migrate.reports.terminal import aligned
    from crm_migrate.reports.visible import visible

    share: Callable[[float], str] = "{:.4f}".format
    rows = [_HEAD]
    for s in scores:
        counts = [f"{n:,}" for n in (s.right, s.wrong, s.missed, s.asked)]
        shares = [share(x) for x in (s.precision, s.least_precision, s.recall, s.least_recall)]
        rows.append([visible(s.rule, 60), *counts, *shares])
    return aligned(rows)


def _failures(name: str, last: "Score", precision: float | None, recall: float | None) -> list[str]:
    asked = (("precision", last.precision, precision), ("recall", last.recall, recall))
    return [
        f"{what} of {name}: at least {limit:g} asked, {actual:.4f} found"
        for what, actual, limit in asked
        if limit is not None and actual < limit
    ]


def _page(path: Path, pairs: "list[Any]", title: str, words: "Language") -> None:
    from crm_migrate.reports.pairs import page

    path.write_text(page(pairs, title, words), encoding="utf-8")
    click.echo(f"{path}: {len(pairs)} pairs")
