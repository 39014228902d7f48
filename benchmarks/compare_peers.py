"""The contenders of `compare`: `python compare_peers.py NAME FOLDER ROWS` compares and leaves `NAME.txt`.

Each imports its own libraries, so that one that has no place beside ours can run in a Python of its own.
"""

import sys
from pathlib import Path

KINDS = ("text", "text", "email", "phone", "money", "date", "choice", "instant", "text", "country")


def ours(folder: Path, rows: int) -> str:
    """As `reconcile`: cell by cell, with classes, causes, and the places where they are concentrated."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from crm_migrate.stages.reconcile.causes import define
    from crm_migrate.stages.reconcile.comparing import Compared, compare
    from crm_migrate.stages.reconcile.concentrating import Facet, spread
    from crm_migrate.workspace.layout import Run
    from crm_migrate.workspace.relations import relations

    fields = [Compared(f"f{n:02}", KINDS[n % len(KINDS)]) for n in range(30)]
    with relations(Run(folder / "run", "r1"), "reconcile", partial=True) as tables:
        define(tables)
        for side in ("expected", "actual"):
            file = folder / f"{side}-{rows}.parquet"
            tables.execute(f"CREATE TEMP VIEW {side} AS SELECT * FROM read_parquet('{file}')")
        found = compare(tables, "x", "expected", "actual", fields)
        tables.execute(
            "CREATE TEMP VIEW facets AS SELECT __entity, coalesce(f06, '') AS owner, coalesce(f09, '') AS country,"
            " left(coalesce(f05, ''), 7) AS month FROM expected"
        )
        by = [Facet("owner", "owner", "f06"), Facet("country", "country", "f09"), Facet("month", "month", "f05")]
        causes = spread(tables, found.expected, found.cells, "facets", by)
        cells = tables.count(f"{found.cells} WHERE class <> 'match_normalised'")
        alike = tables.count(found.cells) - cells
    return f"{cells:,} cells differ by {len(causes)} causes of fields, {alike:,} are the same written otherwise"


def merge(folder: Path, rows: int) -> str:
    """As a script does: one merge by key, then column by column."""
    import pandas as pd

    expected, actual = (pd.read_parquet(folder / f"{side}-{rows}.parquet") for side in ("expected", "actual"))
    both = expected.merge(actual, on="__entity", how="left", suffixes=("", "_actual"))
    cells = 0
    for name in (f"f{n:02}" for n in range(30)):
        one, other = both[name], both[f"{name}_actual"]
        cells += int(((one != other) & ~(one.isna() & other.isna())).sum())
    return f"{cells:,} cells differ"


def datacompy(folder: Path, rows: int) -> str:
    """datacompy with its report, blanks and capitals left aside as it offers."""
    import datacompy as peer
    import pandas as pd

    expected, actual = (pd.read_parquet(folder / f"{side}-{rows}.parquet") for side in ("expected", "actual"))
    found = peer.PandasCompare(
        expected.drop(columns="__position"), actual.drop(columns="target_id"), join_columns="__entity",
        ignore_spaces=True,
    )  # fmt: skip
    found.report()
    return f"{sum(column['unequal_cnt'] for column in found.column_stats):,} cells differ"


def main(name: str, folder: Path, rows: int) -> None:
    """Compare, and say what was found."""
    said = {"ours": ours, "merge": merge, "datacompy": datacompy}[name](folder, rows)
    (folder / f"{name}.txt").write_text(said + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
