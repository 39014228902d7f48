"""`mapping diff`: what a changed mapping changes in the records, with limits, for a terminal or a pull request."""

from typing import TYPE_CHECKING

import click

from crm_migrate.cli.options import env_option, json_option
from crm_migrate.cli.screen import Screen
from crm_migrate.cli.speaking import asked_language

if TYPE_CHECKING:
    from crm_migrate.trying.diff import MappingDiff


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="[NEW]", required=False)
@env_option
@click.option(
    "--limit", "limits", multiple=True, metavar="LIMIT", help="At most: contacts=1%, contacts=25, contacts.email=0, 1%."
)
@click.option("--max-changed", type=click.IntRange(0), metavar="N", help="At most N records of all objects together.")
@click.option("--markdown", is_flag=True, help="As Markdown, for a pull request.")
@click.option("--lang", metavar="CODE", help="Language of what is printed (de, en, tr); Markdown has the project's.")
@click.option("--reveal", is_flag=True, help="Show personal values: what is printed is then personal data.")
@json_option
def diff_command(
    old: str,
    new: str | None,
    environment: str | None,
    limits: tuple[str, ...],
    max_changed: int | None,
    markdown: bool,
    lang: str | None,
    reveal: bool,
    as_json: bool,
) -> None:
    """Run two mappings over the same rows and tell which records and cells differ. Exit code 1 beyond a limit.

    OLD and NEW are mapping files, projects, or revisions of git (HEAD:crm-migrate.yaml), each with what lies beside it;
    the sources are those of NEW's project as they are now. A project alone is compared with its last run, a revision
    alone with the file as it is. Both go as far as the completed records: no target is reached, and nothing is left in
    the project.

    \b
    Example: crm-migrate mapping diff demo
             crm-migrate mapping diff HEAD:crm-migrate.yaml --limit contacts=1% --markdown
    """
    from crm_migrate.trying import limits as policy
    from crm_migrate.trying.counting import difference
    from crm_migrate.trying.differing import both
    from crm_migrate.trying.sides import asked

    wanted = [policy.read_limit(text) for text in limits]
    spoken = asked_language(lang) if lang else None
    screen = Screen(quiet=as_json)
    with both(asked(old, new), environment, screen.stage) as sides:
        diff = difference(sides, reveal=reveal)
    diff = diff.model_copy(update={"exceeded": tuple(policy.exceeded(diff, wanted, max_changed))})
    screen.finished()
    if as_json:
        screen.lines([diff.model_dump_json(indent=1)])
    else:
        _print(screen, diff, markdown=markdown, lang=spoken.code if spoken else None)
    click.get_current_context().exit(int(bool(diff.exceeded)))


def _print(screen: Screen, diff: "MappingDiff", *, markdown: bool, lang: str | None) -> None:
    from crm_migrate.trying import diff_page
    from crm_migrate.words.language import language

    if markdown:
        screen.lines(diff_page.markdown(diff, language(lang or diff.locale)).rstrip("\n").split("\n"))
    else:
        screen.lines(diff_page.lines(diff, screen.width, language(lang or "en")))
