"""Who proposed what is to be signed: those may not approve it.

Known are names only: `who` of every decision, correction, settlement and word about an exception, and the login under
which the run was started. Whether somebody is who they say, nobody can know from a file.
"""

import unicodedata
from collections.abc import Iterator

from ruamel.yaml import YAML

from crm_migrate.disk.plain_file import read_plain
from crm_migrate.reviewing.reading import small
from crm_migrate.workspace.decision_files import MAX_BYTES, decision_files
from crm_migrate.workspace.exception_states import read_states
from crm_migrate.workspace.layout import Project, Run
from crm_migrate.workspace.state import read_state


def proposed_by(project: Project, run: Run, who: str) -> str:
    """What somebody of that name has proposed, in words; nothing where they may approve."""
    wanted = _plain(who)
    return next((what for name, what in _proposers(project, run) if _plain(name) == wanted), "")


def _proposers(project: Project, run: Run) -> Iterator[tuple[str, str]]:
    if started := read_state(run).started_by:
        yield started, f"the run {run.id}, by its login"
    for path in (project.folder / "decisions.yaml", *decision_files(project.decisions)):
        document = YAML(typ="base").load(read_plain(path, MAX_BYTES).decode()) if path.is_file() else None
        for items in document.values() if isinstance(document, dict) else ():
            for item in items if isinstance(items, list) else ():
                if isinstance(item, dict) and isinstance(item.get("who"), str):
                    yield item["who"], f"the decision {item.get('id', '')} in {path.name}"
    for state in read_states(project.folder).values():
        if state.status in ("accepted", "wont_fix"):
            yield state.who, f"that exception {state.id} is {state.status}"


def _plain(name: str) -> str:
    """A name without capitals, accents and doubled blanks: one person is written in several ways."""
    bare = unicodedata.normalize("NFKD", small(name))
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())
