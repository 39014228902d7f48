"""Ours on one set, in a process of its own.

python -m benchmarks.matching_run ENTITY FIRST.parquet SECOND.parquet|- CLUSTERS.csv
"""

import sys

import pandas as pd

from crm_migrate import match


def main(entity: str, first: str, second: str, clusters: str) -> None:
    """Read, match, write `unique_id`, `cluster_id`."""
    against = None if second == "-" else pd.read_parquet(second)
    found = match(pd.read_parquet(first), entity=entity, against=against).clusters["cluster"]
    pd.DataFrame({"unique_id": found.index, "cluster_id": found.to_numpy()}).to_csv(clusters, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:5])
