"""The group `mapping`: its verbs by name, loaded only when called."""

import click

from crm_migrate.cli.lazy import LazyGroup

SECTIONS = {
    "Write": {
        "suggest": ("suggest:suggest_command", "Propose lines: by names of columns, their values, earlier projects."),
        "lock": ("mapping:lock_command", "Lock the shared mapping that is used, as it is now."),
        "export": ("mapping_book:export_command", "As a workbook for those who know the customers: rules in words."),
        "import": ("mapping_book:import_command", "Put the edits of such a workbook into the mapping, all or none."),
        "sign": ("mapping:sign_command", "Sign the mapping as it is: a changed line asks for a new signature."),
    },
    "Check": {
        "check": ("mapping:check_command", "Everything that is wrong, at once, with its place."),
        "show": ("mapping:show_command", "The mapping as a workbook: one line per target field."),
        "test": ("examples:test_command", "Run the examples through the stages of a run."),
    },
    "What it does": {
        "diff": ("mapping_diff:diff_command", "Which records and cells a changed mapping changes, with limits."),
        "excluded": ("mapping_excluded:excluded_command", "What each rule takes away, the gravest first."),
    },
}


@click.group("mapping", cls=LazyGroup, sections=SECTIONS)
def mapping_group() -> None:
    """Propose a mapping, check it, see what it does and what everything means, sign it."""
