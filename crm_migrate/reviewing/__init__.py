"""Review: what a finished run asks people about duplicates, as a workbook or a page, and their answers read back."""
