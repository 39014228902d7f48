"""Every row that names a file counts once, with its bytes, by what became of it; and what the target says of bytes."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import mini_run

from crm_migrate.mapping.plan import FeedPlan, FieldPlan, ManifestPlan, ObjectPlan, Plan, SourcePlan
from crm_migrate.reports.tables import files as table_of
from crm_migrate.stages.reconcile.files import file_figures
from crm_migrate.workspace.figures import Figures, FileFigure
from crm_migrate.workspace.relations import relations

# name, state, code, size and digest on the disk, digest of the record, its changed fields, what the target says
ROWS: tuple[tuple[Any, ...], ...] = (
    ("new.pdf", "created", "", "10", "aa", "aa", "", ("10", "AA")),
    ("by-size.pdf", "created", "", "11", "ab", "ab", "", ("11", None)),
    ("silent.pdf", "created", "", "12", "ac", "ac", "", (None, None)),
    ("cut.pdf", "created", "", "13", "ad", "ad", "", ("12", "ff")),
    ("same-size.pdf", "created", "", "14", "ae", "ae", "", ("14", "ff")),
    ("other.pdf", "updated", "", "20", "ba", "ba", '["Size","Digest"]', ("20", "ba")),
    ("renamed.pdf", "updated", "", "21", "bb", "bb", '["Title"]', ("21", "bb")),
    ("old.pdf", "unchanged", "", "22", "bc", "bc", "[]", ("22", "bc")),
    ("twin.pdf", "merged", "", "22", "bc", "bc", "[]", ("22", "bc")),
    ("loser.pdf", "merged", "", "23", "bd", "bc", "[]", ("22", "bc")),
    ("winner-of-row.pdf", "unchanged", "", "24", "be", "bc", "[]", ("22", "bc")),
    ("big.iso", "held", "file_too_large", "5000000000", None, None, "", None),
    ("none.pdf", "held", "file_missing", None, None, None, "", None),
    ("refused.exe", "failed", "target_refused", "30", "ca", "ca", "", None),
    ("doubt.pdf", "failed", "in_doubt", "31", "cb", "cb", "", None),
    ("left.pdf", "excluded", "excluded_rule", "32", "cc", None, "", None),
    (" ", "held", "file_missing", None, None, None, "", None),
    ("lost.pdf", "unexplained", "unexplained_lost", "33", "cd", None, "", None),
)
FIELDS = {"size": "Size", "md5": "Digest", "name": "Title"}


def plan(*fields: str) -> Plan:
    return mini_run.plan().model_copy(
        update={
            "sources": (
                SourcePlan(name="files", key=("id",), locale="en", time_zone="UTC",
                           manifest=ManifestPlan(path="file", base="old")),
            ),
            "objects": (
                ObjectPlan(
                    name="attachments", entity="thing", target="file", feeds=(FeedPlan(source="files"),),
                    fields=tuple(FieldPlan(name=name, type="text", target=FIELDS[name]) for name in fields),
                ),
            ),
        }
    )  # fmt: skip


def tables() -> mini_run.Tables:
    extracted, settled, planned, actual = [], [], [], []
    for n, (name, state, code, size, own, record, changed, said) in enumerate(ROWS):
        known = {"attached.size": size, "attached.md5": own, "attached.sha256": own}
        extracted.append({"__row": n, "__file": 0, "__line": n + 2, "file": name, **known})
        settled.append(
            {"__source": "files", "__row": n, "__split": 0, "__key": str(n), "state": state, "code": code, "rule": "",
             "field": "", "message": "", "__cluster": n, "__entity": f"e{n}", "target_id": "", "survivor": None}
        )  # fmt: skip
        if record is not None:
            planned.append({"__cluster": n, "__entity": f"e{n}", "__changed_fields": changed, "Digest": record,
                            "Size": size if own == record else "22", "Title": name})  # fmt: skip
        if said is not None:
            actual.append({"__entity": f"e{n}", "target_id": f"t{n}", "Size": said[0], "Digest": said[1]})
    return {
        ("extract", "files", "records"): extracted,
        ("reconcile", "attachments", "dispositions"): settled,
        ("load", "attachments", "entities"): planned,
        ("validate", "attachments", "actual"): actual,
    }


def account(
    folder: Path, uploads: Collection[str] = ("attachments",), fields: Collection[str] = FIELDS
) -> dict[str, FileFigure]:
    run = mini_run.write(folder, tables())
    with relations(run, "reconcile", partial=True) as made:
        return {line.outcome: line for line in file_figures(made, plan(*fields), uploads)}


def counted(lines: dict[str, FileFigure]) -> dict[str, tuple[int, int]]:
    return {name: (line.files, line.bytes) for name, line in lines.items()}


def said(line: FileFigure) -> tuple[int, int, int, int]:
    return line.by_digest, line.by_size, line.differ, line.untold


def test_every_row_counts_once_by_what_became_of_its_file(tmp_path: Path) -> None:
    lines = account(tmp_path)
    assert counted(lines) == {
        "file_sent": (6, 80), "file_there": (2, 43), "file_same": (1, 22), "file_replaced": (2, 47),
        "file_too_large": (1, 5_000_000_000), "file_waits": (1, 0), "file_refused": (1, 30), "file_in_doubt": (1, 31),
        "file_left_out": (1, 32), "file_unnamed_by_row": (1, 0), "file_unexplained": (1, 33),
    }  # fmt: skip
    assert said(lines.pop("file_sent")) == (2, 1, 2, 1), "what the target says adds up, too"
    assert said(lines.pop("file_there")) == (2, 0, 0, 0)
    assert {said(line) for line in lines.values()} == {(0, 0, 0, 0)}


def test_the_table_adds_up(tmp_path: Path) -> None:
    told = Figures.model_construct(files=tuple(account(tmp_path).values()))
    table = table_of(told)
    ((source, word, *sums),) = table.sums
    assert (source, word, sums[0]) == ("files", "file_rows", len(ROWS))
    assert sums == [sum(int(row[at] or 0) for row in table.rows) for at in range(2, len(table.columns))]


def test_whose_bytes_the_target_does_not_take_are_told_so(tmp_path: Path) -> None:
    """Size and digest are cells of ours there, and prove nothing about bytes."""
    lines = account(tmp_path, uploads=())
    assert {"file_sent", "file_there", "file_replaced"} & lines.keys() == {"file_replaced"}, "of a merged row"
    assert lines["file_by_hand"].files == 9 and said(lines["file_by_hand"]) == (0, 0, 0, 0)


def test_where_no_digest_is_loaded_the_size_alone_is_held_against_it(tmp_path: Path) -> None:
    lines = account(tmp_path, fields=("size",))
    assert said(lines["file_sent"]) == (0, 4, 1, 1) and lines["file_same"].files == 2
