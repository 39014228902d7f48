"""The verb `sample`: records for a reviewer to check by hand, and what they found."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crm_migrate.cli import next_step
from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import json_option, project_argument
from crm_migrate.cli.reporting import find_run
from crm_migrate.cli.screen import Screen
from crm_migrate.errors import UsageError

if TYPE_CHECKING:
    from crm_migrate.mapping.plan import Plan
    from crm_migrate.signing.drawing import Asked, Drawn
    from crm_migrate.workspace.layout import Project, Run

_FILE = re.compile(r"[^\w.-]+")


@click.command("sample")
@project_argument
@click.option("--reviewer", metavar="NAME", help="Who checks it.")
@click.option("--by-owner", is_flag=True, help="One sample for each owner in the target, who is its reviewer.")
@click.option("--owner", metavar="OWNER", help="Of the records of one owner only.")
@click.option("--object", "objects", multiple=True, metavar="OBJECT", help="Of these objects only; may be repeated.")
@click.option("--prove", default="5", show_default=True, metavar="PERCENT", help="Fewer than that shall be wrong ...")
@click.option("--confidence", default="95", show_default=True, metavar="PERCENT", help="... with that confidence.")
@click.option("--seed", default=1, show_default=True, type=int, help="Decides the draw; the same draws the same.")
@click.option("--run", "run_id", metavar="ID", help="Of this run; the latest that was reconciled by default.")
@click.option("--lang", metavar="CODE", help="Language of the workbook; the project's by default.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Workbook; a folder with --by-owner.")
@click.option("--results", type=click.Path(path_type=Path), help="Read a workbook that comes back.")
@click.option("--who", help="With --results: who checked, where it was not the reviewer.")
@click.option("--dry-run", is_flag=True, help="With --results: check everything, write nothing.")
@json_option
def sample_command(
    folder: Path, reviewer: str | None, by_owner: bool, owner: str | None, objects: tuple[str, ...], prove: str,
    confidence: str, seed: int, run_id: str | None, lang: str | None, out: Path | None, results: Path | None,
    who: str | None, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Records of a run for a reviewer to check by hand: so many at random as prove something, and one of each kind.

    \b
    crm-migrate sample demo --reviewer "Ayşe Demir" -o ayse.xlsx
    crm-migrate sample demo --by-owner -o samples-out
    crm-migrate sample demo --results ayse.xlsx

    Results stand in samples/ and in the report. A verdict is stale when its record or the mapping has changed since.
    """
    writing = {"--reviewer": reviewer, "--by-owner": by_owner, "--owner": owner, "--object": objects, "-o": out}
    if results is not None:
        if odd := [name for name, value in {**writing, "--run": run_id, "--lang": lang}.items() if value]:
            raise UsageError("--results takes a workbook and writes none", hint=f"leave out {', '.join(odd)}")
        _take(folder, results, who, dry_run=dry_run, as_json=as_json)
        return
    if who or dry_run:
        raise UsageError("--who and --dry-run go with --results", hint="crm-migrate sample PROJECT --results FILE")
    if by_owner and (owner is not None or reviewer):
        raise UsageError("--by-owner makes a sample for each owner", hint="leave out --owner and --reviewer")
    if not by_owner and not (reviewer or "").strip():
        raise UsageError("nobody is named who checks the sample", hint="--reviewer NAME, or --by-owner")
    from crm_migrate.signing.drawing import Asked

    asked = Asked(
        str(reviewer or "").strip(), objects, owner, _percent("--prove", prove, 0),
        _percent("--confidence", confidence, 50), seed,
    )  # fmt: skip
    project = project_of(folder)
    _write(project, find_run(project, run_id), asked, by_owner, out, lang, as_json=as_json)


def _percent(option: str, said: str, above: int) -> str:
    """A percentage as plain text, between `above` and 100."""
    text = said.strip().removesuffix("%").strip()
    if not re.fullmatch(r"\d+(\.\d+)?", text) or not above < Decimal(text) < 100:
        raise UsageError(f"{option} {said!r} is no percentage between {above} and 100", hint=f"{option} 5, or 0.5")
    return text


def _write(
    project: "Project", run: "Run", asked: "Asked", by_owner: bool, out: Path | None, lang: str | None, *, as_json: bool
) -> None:
    from crm_migrate.cli.speaking import asked_language
    from crm_migrate.mapping.frozen import read_plan
    from crm_migrate.signing.drawing import draw
    from crm_migrate.signing.script import render
    from crm_migrate.words.language import language
    from crm_migrate.workspace.files import write_file
    from crm_migrate.workspace.sample_packs import read_pack, write_pack

    plan = read_plan(run)
    words = asked_language(lang) if lang else language(plan.locale)
    drawn: list[tuple[Path, Drawn]] = []
    for wanted in _each(plan, run, asked) if by_owner else (asked,):
        found = draw(plan, run, wanted)
        file = (out or Path()) / f"{_FILE.sub('_', wanted.reviewer)}.xlsx" if by_owner else out or Path("sample.xlsx")
        write_file(file, render(found, words))
        if read_pack(project.folder, found.pack.id) is None:  # drawn again, it keeps what was said of it
            write_pack(project.folder, found.pack)
        drawn.append((file, found))
    screen = Screen(quiet=as_json)
    if as_json:
        screen.lines([json.dumps([_told(file, each) for file, each in drawn], ensure_ascii=False)])
        return
    for file, each in drawn:
        told = _told(file, each)
        screen.lines([
            str(file),
            f"{told['id']}: {told['random']:,} of {told['population']:,} records at random, {told['covering']:,} more"
            f" for {told['strata']:,} kinds; none wrong proves under {asked.prove} % at {asked.confidence} %",
        ])  # fmt: skip
        if told["left_out"]:
            screen.warn(f"{told['left_out']:,} kinds more are not in it: a field has too many values, or patterns")
    screen.warn("the workbook shows personal values; keep it where the project's sources are kept")
    screen.next(f"crm-migrate sample PROJECT --results {next_step.quoted(drawn[-1][0])}, once it is filled in")


def _each(plan: "Plan", run: "Run", asked: "Asked") -> "list[Asked]":
    from dataclasses import replace

    from crm_migrate.signing.drawing import owners_of

    owners = owners_of(plan, run, asked.objects)
    if not owners:
        raise UsageError("no record that arrived has an owner", hint="crm-migrate sample PROJECT --reviewer NAME")
    return [replace(asked, reviewer=owner, owner=owner) for owner in owners]


def _told(file: Path, drawn: "Drawn") -> dict[str, object]:
    pack = drawn.pack
    at_random = sum(each.random for each in pack.records)
    counts = {"random": at_random, "covering": len(pack.records) - at_random, "population": pack.population}
    told = {"id": pack.id, "file": str(file), "reviewer": pack.reviewer}
    return {**told, **counts, "strata": pack.strata, "left_out": pack.left_out}


def _take(folder: Path, file: Path, who: str | None, *, dry_run: bool, as_json: bool) -> None:
    from crm_migrate.cli import frames
    from crm_migrate.mapping.frozen import read_plan
    from crm_migrate.signing.results import take_results
    from crm_migrate.stages.reconcile.sampled import digests_of, sample_figures
    from crm_migrate.workspace.state import now

    project = project_of(folder)
    taken = take_results(project, file, (who or "").strip() or None, now(), dry_run=dry_run)
    run = find_run(project, None)
    plan, packs = read_plan(run), [taken.pack]
    (figure,) = sample_figures(plan, packs, digests_of(plan, run, packs))
    screen = Screen(quiet=as_json)
    if as_json:
        findings = [{"code": f.code, "place": str(f.place), "message": f.message} for f in taken.findings]
        told = {"new": taken.new, "findings": findings, **figure.model_dump(mode="json")}
        screen.lines([json.dumps(told, ensure_ascii=False)])
    else:
        click.echo(frames.render(taken.findings), err=True, nl=False)
        names = (("right", "right"), ("wrong", "wrong"), ("unclear", "cannot tell"), ("stale", "stale"))
        counts = ", ".join(f"{getattr(figure, name):,} {word}" for name, word in names)
        verdicts = f"{taken.new:,} verdicts of {figure.reviewer} {'would be new' if dry_run else 'are new'}"
        left = figure.random - figure.random_checked
        proof = _proof(figure.at_most, figure.population, figure.confidence, left)
        screen.lines([f"{verdicts}: {counts}", proof])
        screen.next("crm-migrate report" if taken.new and not dry_run else "")
    if taken.findings:
        raise SystemExit(1)


def _proof(at_most: int | None, population: int, confidence: str, left: int) -> str:
    if at_most is None:
        return f"nothing is proven yet: {left:,} of the records that were drawn at random are not checked, or stale"
    return f"at most {at_most:,} of {population:,} records are wrong, with {confidence} % confidence"
