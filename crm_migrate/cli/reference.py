"""The verbs that explain the tool: codes and connectors."""

import json
from dataclasses import asdict

import click

from crm_migrate.errors import UsageError


@click.command("codes")
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def codes_command(code: str | None, as_json: bool) -> None:
    """What a finding or reason code means and what to do about it; all of them without an argument."""
    from crm_migrate.codes import CODES

    if code is not None and code not in CODES:
        from difflib import get_close_matches

        near = get_close_matches(code, CODES, n=1)
        raise UsageError(f"there is no code {code!r}", hint=f"did you mean {near[0]}?" if near else "crm-migrate codes")
    chosen = {code: CODES[code]} if code else CODES
    if as_json:
        click.echo(json.dumps({name: asdict(entry) for name, entry in chosen.items()}, indent=1, ensure_ascii=False))
        return
    for name, entry in chosen.items():
        click.echo(f"{name}  ({entry.family})\n    {entry.title}\n    {entry.fix}")


@click.command("connectors")
def connectors_command() -> None:
    """The connectors that are installed: ours and those of other packages, found the same way."""
    from crm_migrate.connecting.discovery import available

    for connector in available():
        click.echo(f"{connector.name:12} {connector.title}")
