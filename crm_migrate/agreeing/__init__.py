"""What people agree on: the mapping as a workbook for those who know the customers, their edits back into the YAML, and
who owes what by when.

`standing` says what a file says that a workbook may change, `looking` what the data say beside it, `sheets` makes the
workbook of both, `reading` takes it back and `importing` puts the edits into the file. `readiness` lists what is open.
"""
