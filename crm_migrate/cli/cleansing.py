"""The verbs of the cleanser: `clean` a column of a file, and `steps` lists what a mapping can use."""

import json
from pathlib import Path

import click

from crm_migrate.cli.table_input import part_options


@click.command("clean")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--column", required=True, help="The column to clean, by its name in the first row.")
@click.option(
    "--kind", required=True, help="What the column holds: phone, email, person_name ... (see `crm-migrate steps`)."
)
@click.option("--locale", help="Whose conventions: tr-TR, de, US ...")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Where to write; FILE with `.clean` before its ending unless given.",
)
@click.option("--encoding", help="Of a CSV that is not UTF-8; else the code page of the locale's language.")
@part_options
@click.option(
    "--na",
    type=click.Choice(["namibia", "nothing"]),
    help="What `NA` is among countries; else the column shows it, or it is a doubt.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def clean_command(
    file: Path,
    column: str,
    kind: str,
    locale: str | None,
    output: Path | None,
    encoding: str | None,
    sheet: str | None,
    table: str | None,
    na: str | None,
    as_json: bool,
) -> None:
    """Clean one column of a file: the same table out, with the clean value, its flag and a note beside.

    CSV and XLSX stay what they are; whatever else is read as a source becomes CSV, or XLSX by --output. Of a workbook
    the first sheet is meant, or --sheet; of a file of several tables --table says which one.
    """
    from crm_migrate.cleansing.table_files import cleaned_sheet, write_ragged, write_sheet
    from crm_migrate.cli.table_input import beside, is_own, sheet_of
    from crm_migrate.connecting.lying import Part
    from crm_migrate.errors import UsageError

    target = output or beside(file)
    if target.resolve() == file.resolve():
        raise UsageError("the output is the input", hint="name another file with --output")
    if not is_own(target):
        raise UsageError(f"{target.suffix} is not written", hint="name a .csv or .xlsx with --output")
    original = sheet_of(file, locale, encoding, Part(sheet, table))
    made, counts = cleaned_sheet(original, column, kind, locale, {"na": na} if na else {})
    write_sheet(made, target, file, len(original.columns))
    if made.spare:
        click.echo(f"warning: {made.spare_words()}", err=True)
    if made.ragged:
        apart = target.with_name(f"{target.stem}.ragged.csv")
        write_ragged(original, apart)
        click.echo(f"warning: {made.ragged_words()}; they are in {apart}", err=True)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "file": str(target),
                    "rows": len(made.rows),
                    "encoding": made.encoding,
                    "ragged": len(made.ragged),
                    "flags": counts,
                },
                ensure_ascii=False,
                indent=1,
            )
        )
        return
    click.echo(f"{target}: {len(made.rows)} rows, read as {made.encoding}")
    for flag, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        click.echo(f"  {count:>9,}  {flag}")


@click.command("steps")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def steps_command(as_json: bool) -> None:
    """The cleaning steps of the mapping language with their options and examples, and the kinds of `clean`."""
    from crm_migrate.cleansing import STEPS
    from crm_migrate.cleansing.kinds import KINDS

    if as_json:
        steps = {
            s.name: {"family": s.family, "doc": s.doc, "parameters": s.parameters, "examples": s.examples}
            for s in STEPS.values()
        }
        kinds = {k.name: {"doc": k.doc, "parts": k.parts, "options": k.options} for k in KINDS.values()}
        click.echo(json.dumps({"steps": steps, "kinds": kinds}, ensure_ascii=False, indent=1))
        return
    for name in sorted(STEPS):
        step = STEPS[name]
        call = f"{name}({', '.join(step.parameters)})" if step.parameters else name
        click.echo(f"{call}\n    {step.doc}")
        for before, after in step.examples:
            click.echo(f"    {before!r} -> {after!r}")
    click.echo("\nkinds of `crm-migrate clean`:")
    for kind in KINDS.values():
        options = f"  [{', '.join(kind.options)}]" if kind.options else ""
        click.echo(f"    {kind.name:16} {kind.doc}{options}")
