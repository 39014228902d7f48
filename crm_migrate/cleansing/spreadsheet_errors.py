"""What a spreadsheet writes into a cell whose formula failed, in the languages of its menus: a value was lost here."""

import re

_ERROR = re.compile(
    r"#(?:REF|VALUE|DIV/0|NAME\?|NUM|NULL|SPILL|CALC|WERT|BEZUG|ZAHL|BAŞV|DEĞER|SAYI/0|SAYI|AD\?|NOMBRE|¿NOMBRE|"
    r"VALEUR|VALOR|NOM\?|NOME\?|RIF|VALORE)[!?]?|#+",
    re.IGNORECASE,
)


def is_spreadsheet_error(text: str) -> bool:
    """An error value, or the hashes of a column that was too narrow; `#N/A` is none: it says "not available"."""
    return _ERROR.fullmatch(text) is not None
