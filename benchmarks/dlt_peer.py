"""The peer: dlt reads the same file and loads it into PostgreSQL, by rows or by Arrow tables; it does not clean."""

import csv
import os
import sys
from collections.abc import Iterator
from typing import Any

import dlt
import pyarrow.csv as arrow_csv


def rows(path: str) -> Iterator[list[dict[str, Any]]]:
    """Pages of dictionaries, as its tutorial reads a file."""
    with open(path, newline="", encoding="utf-8") as handle:
        page = []
        for row in csv.DictReader(handle):
            page.append(row)
            if len(page) == 10_000:
                yield page
                page = []
        yield page


def arrow(path: str) -> Iterator[Any]:
    """Arrow record batches as they are read."""
    options = arrow_csv.ParseOptions(newlines_in_values=True)
    yield from arrow_csv.open_csv(path, parse_options=options)


def main(kind: str, path: str, url: str) -> None:
    """Run one pipeline into a schema of its own."""
    os.environ["DLT_TELEMETRY_DISABLED"] = "1"
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    pipeline = dlt.pipeline(
        f"bench_{kind}", destination=dlt.destinations.postgres(url.replace("+psycopg", "")), dataset_name=f"dlt_{kind}",
        pipelines_dir=os.environ.get("DLT_DATA_DIR"),
    )  # fmt: skip
    pipeline.run({"rows": rows, "arrow": arrow}[kind](path), table_name="contacts", write_disposition="replace")


if __name__ == "__main__":
    main(*sys.argv[1:4])
