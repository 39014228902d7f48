"""The command line: verbs by name, loaded only when called, and the one place where errors become exit codes."""

import errno
import gc
import os
import signal
import sys
from typing import Any, NoReturn

import click

from crm_migrate import __version__
from crm_migrate.cli.lazy import LazyGroup
from crm_migrate.errors import CrmMigrateError, InputError, InternalError, Interrupted, MappingError, UsageError
from crm_migrate.workspace.signals import STOPPING, handled, stop_now

# A line here is all that a new verb needs.
SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Start": {
        "init": ("init:init_command", "Write a first mapping for a folder of exports."),
        "assess": ("assess:assess_command", "What the data is like, before anybody maps it: for a first meeting."),
        "demo": ("demo:demo_command", "Migrate a small fictional company into a SQLite CRM, or a simulated one."),
    },
    "Mapping": {
        "mapping": ("mapping_verbs:mapping_group", "Propose a mapping, check it, run its examples, sign it."),
        "preview": ("preview:preview_command", "Rows before and after the mapping, side by side; nothing is written."),
        "readiness": ("readiness:readiness_command", "What is still open, and who owes what by when."),
        "schema": ("mapping:schema_command", "The JSON Schema of the mapping language, for editors."),
    },
    "Migrate": {
        "target": ("migrate:target_group", "Create or check what the load needs in the target."),
        "plan": ("migrate:plan_command", "Everything but writing: what would be created, updated, held, rejected."),
        "run": ("migrate:run_command", "Take the records through all stages into the target, and prove it."),
        "watch": (
            "watch:watch_command",
            "A night of a parallel run: delta, comparison, and whether nights are stable.",
        ),
        "resume": ("migrate:resume_command", "Go on where a run stopped: after Ctrl-C, a crash, a full disk, a plan."),
        "undo": ("undo:undo_command", "Take back what a run did in the target, but for what was touched since."),
        "repair": ("repair:repair_command", "Write again what a report found to differ in the target, cause by cause."),
        "runs": ("migrate:runs_command", "The runs of a project, and how far each came."),
    },
    "Prove": {
        "ci": ("ci:ci_command", "Check, examples, a trial run into a CRM that is thrown away: of all projects here."),
        "report": ("reporting:report_command", "Write the reconciliation report of a run again, in any format."),
        "reconcile": ("reconciling:reconcile_command", "Compare what was to be imported with what the CRM exports."),
        "exceptions": ("exceptions:exceptions_command", "What is open, new, gone; who does what about it, read back."),
        "sample": ("sample:sample_command", "Records for a reviewer to check by hand, and what they found."),
        "signoff": ("signoff:signoff_command", "Put a name under a run, bound to all that it is about."),
        "evidence": ("evidence:evidence_command", "What was signed, in one file with the hash of each part."),
        "verify": ("evidence:verify_command", "Whether such a file is still what was written, byte by byte."),
        "explain": ("explain:explain_command", "The whole story of one record or one source row."),
        "crosswalk": ("crosswalk:crosswalk_command", "What every old id is now; exports of other systems checked."),
        "subject": ("subject:subject_command", "Everywhere a person occurs in a project, for who asks what is kept."),
    },
    "Data": {
        "clean": ("cleansing:clean_command", "Clean one column of a file."),
        "match": ("matching:match_group", "Find the rows of a file that are the same person or organisation."),
        "review": ("review:review_command", "Ask people which records are the same, and read their answers back."),
        "rejects": ("rejects:rejects_command", "Give rejected rows back for correction, and take them corrected."),
        "conflicts": (
            "conflicts:conflicts_command",
            "Fields that both sides changed since our last load.",
        ),
        "unmerge": ("unmerge:unmerge_command", "Take records out of a merged cluster, by a decision that is replayed."),
    },
    "Rehearse": {
        "conformance": ("conformance:conformance_command", "Try on a sandbox what a load relies on."),
        "simulate": ("simulate:simulate_command", "Run a simulated CRM on this machine, with faults on purpose."),
    },
    "Reference": {
        "steps": ("cleansing:steps_command", "The cleaning steps with options and examples."),
        "codes": ("reference:codes_command", "What a reason or finding code means, and what to do about it."),
        "connectors": ("reference:connectors_command", "The connectors that are installed."),
    },
}

VERBS = tuple(verb for verbs in SECTIONS.values() for verb in verbs)

EXIT_CODES = """\b
Exit codes:
  0   all gates pass                     4   target refused or unreachable
  1   a gate failed                      75  stopped in good order, resumable
  2   wrong usage or mapping             70  a bug of ours
  3   input unreadable"""


@click.group(
    cls=LazyGroup, sections=SECTIONS, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__)
def cli() -> None:
    """Move a company's customers into a new CRM: clean, once, and with a proof."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line and leave with one of the documented exit codes; a user never sees a traceback.

    Without `arguments` it is the process's own command line.
    """
    # What libraries leave in memory stays until we end; looking through it hundreds of times was 8 % of a small run.
    gc.set_threshold(50_000, 20, 100)
    try:
        with handled(stop_now):
            _carry_out(arguments)
    except (click.Abort, KeyboardInterrupt):
        _stopped(at_once=arguments is None)


def _carry_out(arguments: list[str] | None) -> None:
    try:
        code = cli.main(args=arguments, standalone_mode=False)
        if isinstance(code, int) and code:  # what a verb left by `Context.exit`
            sys.exit(code)
    except CrmMigrateError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(UsageError.exit_code)
    except (click.Abort, KeyboardInterrupt):
        raise
    except OSError as error:
        _tell(InputError(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), hint=_what_to_do(error)))
        sys.exit(InputError.exit_code)
    except Exception as error:  # noqa: BLE001 -- the last resort: whatever it is, the user gets a sentence and a file
        from crm_migrate.cli.bug_file import write_bug_file

        file = write_bug_file(error, sys.argv[1:] if arguments is None else arguments)
        _tell(InternalError("this is a bug of ours; nothing is half-written", hint=f"send us {file}, then resume"))
        sys.exit(InternalError.exit_code)


def _stopped(*, at_once: bool) -> NoReturn:
    """Say how to go on, and leave; children end, and locks end with us.

    `at_once` leaves without Python's own farewell, in which another Ctrl-C would end us by signal and without a word.
    """
    if at_once:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
    import multiprocessing  # only now: it is dear for `--help`

    for child in multiprocessing.active_children():
        child.terminate()
    _tell_lines("stopped; nothing is half-written", "crm-migrate resume")
    if at_once:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(Interrupted.exit_code)
    sys.exit(Interrupted.exit_code)


def _tell(error: CrmMigrateError) -> None:
    """The message, every finding with its place, and the next step, on stderr."""
    if isinstance(error, MappingError) and error.findings:
        from crm_migrate.cli.frames import render

        click.echo(render(list(error.findings)), err=True)
    _tell_lines(f"error: {error.message}", error.hint)


def _tell_lines(sentence: str, hint: str) -> None:
    from crm_migrate.cli import next_step

    click.echo("\n".join([sentence, *(next_step.lines(hint) if hint else [])]), err=True)


def _what_to_do(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "free some space on that disk, then: crm-migrate resume"
    if error.errno == errno.ENOMEM:
        return "end what else needs memory here, or take a machine with more of it, then: crm-migrate resume"
    if error.errno == errno.EROFS:
        return "make that disk or file writable, then: crm-migrate resume"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "give yourself the right to that file or folder, then: crm-migrate resume"
    return "see to that file or folder, then: crm-migrate resume"
