"""`mapping excluded`: what each rule of a mapping takes away, before anybody signs for it."""

from pathlib import Path

import click

from crm_migrate.cli.mapping import project_of
from crm_migrate.cli.options import env_option, json_option, project_argument
from crm_migrate.cli.screen import Screen
from crm_migrate.cli.speaking import asked_language


@click.command("excluded")
@project_argument
@click.argument("run_id", metavar="[RUN]", required=False)
@env_option
@click.option("--markdown", is_flag=True, help="As Markdown.")
@click.option("--lang", metavar="CODE", help="Language of what is printed (de, en, tr); Markdown has the project's.")
@click.option("--reveal", is_flag=True, help="Show personal values: what is printed is then personal data.")
@json_option
def excluded_command(
    folder: Path,
    run_id: str | None,
    environment: str | None,
    markdown: bool,
    lang: str | None,
    reveal: bool,
    as_json: bool,
) -> None:
    """What each `where:`, `skip:` and retention rule takes away: records, what follows them, money, open work, and
    whether somebody like them is kept.

    The mapping is run as it is (or as RUN had it) and without these rules over the sources as they are now, apart from
    the project; no target is reached. The gravest rule comes first: by money, then by open and recent work, then by
    records that are like nobody that is kept.

    \b
    Example: crm-migrate mapping excluded demo --markdown
    """
    from crm_migrate.trying import exclusions_page
    from crm_migrate.trying.differing import with_and_without
    from crm_migrate.trying.taking_away import exclusions
    from crm_migrate.words.language import language

    spoken = asked_language(lang).code if lang else None
    screen = Screen(quiet=as_json)
    with with_and_without(project_of(folder), run_id, environment, screen.stage) as sides:
        found = exclusions(sides, reveal=reveal)
    screen.finished()
    if as_json:
        screen.lines([found.model_dump_json(indent=1)])
    elif markdown:
        page = exclusions_page.markdown(found, language(spoken or found.locale))
        screen.lines(page.rstrip("\n").split("\n"))
    else:
        screen.lines(exclusions_page.lines(found, screen.width, language(spoken or "en")))
