"""The verb `review`: write the questions about duplicates as a workbook or a page, and read the answers back."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli import next_step
from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option, project_argument
from crm_migrate.cli.screen import Screen
from crm_migrate.cli.speaking import asked_language
from crm_migrate.errors import UsageError
from crm_migrate.reports.visible import visible

if TYPE_CHECKING:
    from crm_migrate.reviewing.questions import Pack
    from crm_migrate.reviewing.taking import Taken

WORKBOOK = "review.xlsx"


@click.command("review")
@project_argument
@click.option("--run", "run_id", metavar="ID", help="Ask about this run; the latest that matched by default.")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help=f"Workbook to write; {WORKBOOK}.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Page to write, in place of a workbook.")
@click.option(
    "--read", "answers", type=click.Path(path_type=Path), help="Read the answers: a workbook or decisions.json."
)
@click.option("--dry-run", is_flag=True, help="With --read: check everything, write nothing.")
@click.option("--lang", metavar="CODE", help="Language of the questions (de, en, tr); the project's by default.")
@click.option("--limit", type=click.IntRange(0), default=200, show_default=True, help="Most open questions to ask.")
@click.option("--audit", type=click.IntRange(0), default=100, show_default=True, help="Most merges by rule to look at.")
@json_option
def review_command(
    folder: Path, run_id: str | None, out: Path | None, html: Path | None, answers: Path | None, dry_run: bool,
    lang: str | None, limit: int, audit: int, as_json: bool,
) -> None:  # fmt: skip
    """Ask people which records are the same: in a workbook, or on a page that works offline; and read their answers.

    \b
    crm-migrate review demo -o review.xlsx       questions for people with Excel
    crm-migrate review demo --html review.html   the same as a page, for the keyboard
    crm-migrate review demo --read review.xlsx   their answers, into decisions/duplicates.yaml

    What matters most comes first: what hangs on the records, times how unsure the matter is. All good answers are
    taken; every illegal change is named by its cell, and then the exit code is 1.
    """
    if answers is not None and (out or html or lang):
        raise UsageError("--read takes answers and writes no questions", hint="leave out -o, --html and --lang")
    if dry_run and answers is None:
        raise UsageError("--dry-run goes with --read", hint="crm-migrate review PROJECT --read FILE --dry-run")
    if answers is not None:
        _take(folder, run_id, answers, dry_run=dry_run, as_json=as_json)
    else:
        _ask(folder, run_id, out, html, lang, limit, audit, as_json=as_json)


def _ask(
    folder: Path, run_id: str | None, out: Path | None, html: Path | None, lang: str | None, limit: int, audit: int,
    *, as_json: bool,
) -> None:  # fmt: skip
    from crm_migrate.mapping.frozen import read_plan
    from crm_migrate.reviewing import keeping
    from crm_migrate.reviewing.asking import ask
    from crm_migrate.words.language import language
    from crm_migrate.workspace.files import write_file
    from crm_migrate.workspace.state import look_at

    run = look_at(project_of(folder), run_id, "dedupe")
    plan = read_plan(run)
    words = asked_language(lang) if lang else language(plan.locale)
    pack = ask(plan, run, limit=limit, audit=audit)
    keeping.keep(run, pack)
    written = []
    if html is not None:
        from crm_migrate.reviewing import page

        write_file(html, page.render(pack, words).encode())
        written.append(html)
    if out is not None or html is None:
        from crm_migrate.reviewing import workbook

        write_file(out or Path(WORKBOOK), workbook.render(pack, words))
        written.append(out or Path(WORKBOOK))
    _told(pack, written, as_json=as_json)


def _told(pack: "Pack", written: list[Path], *, as_json: bool) -> None:
    from crm_migrate.reviewing.instructions import reach
    from crm_migrate.reviewing.layout import ENGLISH

    screen = Screen(quiet=as_json)
    counts = {kind: sum(q.kind == kind for q in pack.questions) for kind in ("pattern", "review", "held", "merged")}
    if as_json:
        left = [line.model_dump() for line in pack.left_out]
        document = {
            "run": pack.run,
            "pack": pack.id,
            "files": [str(path) for path in written],
            **counts,
            "left_out": left,
        }
        document["reach"] = pack.reach.model_dump() if pack.reach else None
        screen.lines([json.dumps(document, ensure_ascii=False)])
        return
    screen.lines(map(str, written))
    words = ("patterns", "open questions", "clusters that wait", "merges to look at")
    told = [f"{word} {count:,}" for count, word in zip(counts.values(), words, strict=True)]
    screen.lines([", ".join(told if counts["pattern"] else told[1:])])
    if told_reach := reach(pack, ENGLISH):
        screen.lines([told_reach])
    for line in pack.left_out:
        screen.lines([f"not asked  {visible(line.object)}: {line.count:,} more ({line.kind}); {line.because}"])
    screen.warn("these files show personal values; keep them where the project's sources are kept")
    screen.next(f"answer, then: crm-migrate review PROJECT --read {next_step.quoted(written[0])}")


def _take(folder: Path, run_id: str | None, answers: Path, *, dry_run: bool, as_json: bool) -> None:
    from crm_migrate.cli import frames
    from crm_migrate.mapping.frozen import read_plan
    from crm_migrate.reviewing.taking import take
    from crm_migrate.workspace.state import look_at

    project = project_of(folder)
    run = look_at(project, run_id, "dedupe")
    taken = take(project, read_plan(run), run, answers, today=datetime.now(UTC).date(), dry_run=dry_run)
    screen = Screen(quiet=as_json)
    if as_json:
        screen.lines([json.dumps(_as_data(taken), ensure_ascii=False)])
    else:
        click.echo(frames.render(taken.findings), err=True, nl=False)
        screen.lines(_sentences(taken, dry_run=dry_run))
        screen.next("crm-migrate run" if taken.new and not dry_run else "")
    if taken.findings:
        raise SystemExit(1)


def _sentences(taken: "Taken", *, dry_run: bool) -> list[str]:
    """What became of the questions; the numbers add up to all of them."""
    done = "would be taken" if dry_run else "taken"
    answered = taken.merge + taken.apart
    return [
        f"{answered:,} of {len(taken.pack.questions):,} answers {done}: {taken.merge:,} merge, {taken.apart:,} apart"
        f" ({taken.new:,} decisions that were not on file)",
        f"{taken.later:,} later, {taken.untouched:,} not answered, {taken.refused:,} refused",
    ]


def _as_data(taken: "Taken") -> dict[str, object]:
    words = ("merge", "apart", "later", "untouched", "refused", "new")
    findings = [{"code": f.code, "place": str(f.place), "message": f.message, "hint": f.hint} for f in taken.findings]
    return {word: getattr(taken, word) for word in words} | {"findings": findings}
