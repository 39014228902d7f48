"""What stops the reading of a workbook or of a container."""


class Refused(Exception):
    """It is not read; the message says why, in words for its owner."""
