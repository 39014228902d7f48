"""The limit: the bytes of the file into a table of text columns by one COPY, nothing looked at."""

import csv
import sys

import psycopg
from sqlalchemy.engine import make_url


def main(path: str, url: str) -> None:
    """Create the table anew and copy the file into it."""
    with open(path, newline="", encoding="utf-8") as handle:
        header = next(csv.reader(handle))
    columns = ", ".join(f'"{name}" text' for name in header)
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS raw_copy; CREATE TABLE raw_copy ({columns})")
        with cursor.copy("COPY raw_copy FROM STDIN (FORMAT csv, HEADER true)") as copy, open(path, "rb") as data:
            while block := data.read(1 << 20):
                copy.write(block)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
