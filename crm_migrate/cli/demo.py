"""The verb `demo`: a fictional company, migrated into a SQLite CRM or into a simulated one that loses answers."""

from pathlib import Path

import click

from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.migrate import conclude
from crm_migrate.cli.options import json_option
from crm_migrate.cli.screen import Screen
from crm_migrate.errors import UsageError

FAULTS = (  # of a bad day: about one request in five
    "reset_before:0.02, reset_after:0.04, closed_after:0.02, error_after:0.02, partial_batch:0.02, cut_answer:0.02, "
    "nothing_written:0.02, page_of_html:0.01, result_missing:0.02, throttled(1):0.03, unavailable(1):0.02"
)
RARELY = (  # of a CRM that takes one record per request, and so ten times as many: about one request in fifty
    "reset_before:0.002, reset_after:0.005, closed_after:0.003, error_after:0.003, cut_answer:0.003, "
    "nothing_written:0.003, page_of_html:0.002, throttled(1):0.003"
)
ONE_BY_ONE = frozenset({"freshsales"})
NOT_PLACED = ("truth", "second", "elsewhere")  # of a company's folder


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option(
    "--sample",
    type=click.Choice(["anadolu", "hotel"]),
    help="Which company: a machinery dealer (anadolu, unless said), or a boutique hotel with its guests and stays.",
)
@click.option("--second", is_flag=True, help="The dealer's second export, two weeks later, into the same CRM.")
@click.option(
    "--target",
    type=click.Choice(["dynamics", "freshsales", "hubspot", "odoo", "salesforce", "zoho"]),
    help="Into a simulated CRM, which misbehaves as real ones do.",
)
@click.option("--faults", metavar="SPEC", help="With --target: what goes wrong there; as on a bad day, unless said.")
@click.option("--seed", type=int, help="With --target: the same seed gives the same faults (7, unless said).")
@json_option
def demo_command(
    folder: Path,
    sample: str | None,
    second: bool,
    target: str | None,
    faults: str | None,
    seed: int | None,
    as_json: bool,
) -> None:
    """Write a small fictional company into DIR and migrate it into a SQLite CRM, or a simulated one."""
    if target is not None:
        if sample == "hotel" or second:
            raise UsageError(
                "simulated CRMs take the dealer's first export", hint=f"crm-migrate demo {folder} --target {target}"
            )
        usual = RARELY if target in ONE_BY_ONE else FAULTS
        struck = usual if faults is None else faults
        _into_simulated(folder, target, struck, 7 if seed is None else seed, as_json)
        return
    if faults is not None or seed is not None:
        raise UsageError("a SQLite CRM has no faults", hint="--faults and --seed go with --target")
    _into_sqlite(folder, sample, second, as_json)


def _into_sqlite(folder: Path, sample: str | None, second: bool, as_json: bool) -> None:
    from crm_migrate import pipeline
    from crm_migrate.workspace.shipped import copy_shipped, place_shipped, shipped

    company = shipped("sample_data") / (sample or "anadolu")
    if second:
        _refuse_unless_first(folder, sample)
        copy_shipped(company / "second", folder, leave_out=("truth",))
    else:
        _refuse_unless_empty(folder, {item.name for item in company.iterdir()})
        place_shipped(company, folder, leave_out=NOT_PLACED)
    screen = Screen(quiet=as_json)
    conclude(screen, pipeline.start(project_of(folder), None, screen.stage), as_json)


def _into_simulated(folder: Path, target: str, faults: str, seed: int, as_json: bool) -> None:
    """The mapping is the dealer's with what is another there; the witness has the last word."""
    from crm_migrate import pipeline
    from crm_migrate.cli.simulated import simulated_crm, witness
    from crm_migrate.mapping.merging import merged_text
    from crm_migrate.workspace.shipped import MAPPING, copy_shipped, shipped

    company = shipped("sample_data") / "anadolu"
    there, screen = company / "elsewhere" / target, Screen(quiet=as_json)
    _refuse_unless_empty(folder, {item.name for item in company.iterdir()})
    copy_shipped(company, folder, leave_out=(*NOT_PLACED, MAPPING))
    mapping = merged_text((company / MAPPING).read_text("utf-8"), (there / "mapping.yaml").read_text("utf-8"))
    (folder / MAPPING).write_text(mapping, encoding="utf-8")
    setting = (there / "simulated.json").read_text("utf-8")
    with simulated_crm(target, setting, folder / f"{target}.jsonl", faults=faults, seed=seed) as crm:
        try:
            conclude(screen, pipeline.start(project_of(folder), None, screen.stage), as_json)
        finally:
            if not as_json:
                click.echo(witness(crm))


def _refuse_unless_first(folder: Path, sample: str | None) -> None:
    """A second export goes into the CRM that has the first one of the same company."""
    if sample == "hotel":
        raise UsageError("the hotel has one export only", hint=f"crm-migrate demo {folder} --sample hotel")
    if not (folder / "crm-migrate.yaml").exists():
        raise UsageError(f"{folder} holds no demo yet", hint=f"crm-migrate demo {folder}")
    if not (folder / "xero").is_dir():
        raise UsageError(f"{folder} holds another company than the dealer", hint="choose another folder")


def _refuse_unless_empty(folder: Path, ours: set[str]) -> None:
    """The demo overwrites nothing but its own files of a copy that was cut off before the mapping was there."""
    there = {item.name for item in folder.iterdir()} if folder.exists() else set()
    if "crm-migrate.yaml" in there or there - ours:
        hint = f"crm-migrate resume {folder}, or choose another folder"
        raise UsageError(f"{folder} is not empty; the demo writes only into an empty folder", hint=hint)
