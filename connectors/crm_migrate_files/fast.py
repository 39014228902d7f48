"""The fast way: a stretch of regular bytes through Arrow's CSV parser.

It never guesses: every cell is text, nothing is null, and any doubt (a ragged row, bytes that are no text, another
number of rows than the scan counted) is `None`, and the careful way reads the same bytes again.
"""

import pyarrow as pa
import pyarrow.csv as pc


def parse(
    data: bytes, codec: str, names: tuple[str, ...], delimiter: str, quote: str | None, spare: int = 0
) -> pa.Table | None:
    """The records of whole lines, or None where a row is not as the header is or bytes are no text.

    `spare` empty cells stand behind those that the header names; they are left out.
    """
    if b"\0" in data:
        return None
    columns = [*names, *(f"__spare{i}" for i in range(spare))]
    try:
        text = data if codec == "utf-8" or data.isascii() else data.decode(codec).encode()
        table = pc.read_csv(
            pa.BufferReader(text),
            read_options=pc.ReadOptions(column_names=columns, block_size=len(text) + 1, use_threads=False),
            parse_options=pc.ParseOptions(
                delimiter=delimiter, quote_char=quote or False, double_quote=True, newlines_in_values=True
            ),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False, null_values=[]
            ),
        )
        empty = all(not any(map(str.strip, table.column(name).to_pylist())) for name in columns[len(names) :])
        return table.select(list(names)) if empty else None
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
