"""The columns of ours in tables of records."""

ROW = "__row"  # ordinal of the record in its source, from 0, in the order of files; stable for the same bytes
FILE = "__file"  # index of the file in the source
LINE = "__line"  # first physical line (text), row number (sheet) or ordinal (database), from 1
ENTITY = "__entity"  # our key of a record in the target
TARGET_ID = "__target_id"  # the target's own id of a record: only where one is adopted, released or removed
