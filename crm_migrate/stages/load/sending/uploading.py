"""Files on their way: opened below the folder of the project that they were found in, compared with the plan, sent.

The rows of a batch whose bytes are sent say in columns of ours which file that is; no target is given these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import pyarrow as pa

from crm_migrate.connecting.attached import below
from crm_migrate.connecting.contract import ENTITY, Answer, Content, Refusal, Target, Upload, WriteBatch
from crm_migrate.disk.plain_tree import FileChanged, Found, PlainTree
from crm_migrate.errors import InDoubt
from crm_migrate.mapping.plan import Plan

NAMED = "__file_"  # how our columns begin
COLUMNS = tuple(NAMED + name for name in ("source", "named", "size", "sha256", "problem"))
CHANGED, MASKED = "file_changed", "file_masked"
_WORDS = {
    CHANGED: "the file is another one than when it was read: it was not sent",
    MASKED: "the environment masks what it loads, and a file cannot be masked: it was not sent",
}
Row = Mapping[str, str | None]


def carries_bytes(rows: pa.Table) -> bool:
    """Whether the bytes of files go with these rows."""
    return COLUMNS[0] in rows.column_names


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a project: source -> its folder, and what stands before the names there. `masked`: none is sent."""

    trees: Mapping[str, tuple[PlainTree, str]]
    masked: bool = False

    def upload(self, target: Target, written: WriteBatch) -> Answer:
        """Send one record with its bytes; a file that is not what was planned is refused, and nothing is sent."""
        assert isinstance(target, Upload)
        (row,) = written.rows.to_pylist()
        found = self._found(row)
        if isinstance(found, Refusal):
            return Answer(refused={str(row[ENTITY]): found})
        tree = self.trees[str(row[COLUMNS[0]])][0]
        content = Content(
            PurePosixPath(found.path).name, found.size or 0, found.sha256, found.md5, lambda: tree.pieces(found)
        )
        try:
            return target.upload(replace(written, rows=written.rows.drop_columns(list(COLUMNS))), content)
        except FileChanged as changed:  # asked for by our key, it is not there; the next try refuses it
            raise InDoubt("a file was changed while it was sent") from changed

    def _found(self, row: Row) -> Found | Refusal:
        """The file of a row as it was planned, or why it is not sent."""
        source, named, size, sha256, problem = (row[name] or "" for name in COLUMNS)
        if self.masked:
            return Refusal(_WORDS[MASKED], MASKED)
        if not sha256 or source not in self.trees:
            code, _, why = problem.partition(": ")
            return Refusal(why or "no `manifest:` says where its file lies", code or "file_missing")
        tree, prefix = self.trees[source]
        found = tree.look(below(named, prefix))
        if (str(found.size), found.sha256) == (size, sha256):
            return found
        if found.sha256 or not found.problem:
            return Refusal(_WORDS[CHANGED], CHANGED)
        return Refusal(found.why, found.problem)


def files_of(plan: Plan, project: Path) -> Files:
    """The files that the plan's sources name."""
    known = {each.name: each.manifest for each in plan.sources if each.manifest is not None}
    trees = {name: (PlainTree(project, said.base), said.prefix) for name, said in known.items()}
    return Files(trees, masked=bool(plan.environment.mask))
