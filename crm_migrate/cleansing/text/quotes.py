"""Quotes that exporters left around and inside a value; a name's own quotes stay."""

import re

_AROUND = re.compile(r'"(.+)"', re.DOTALL)
_DOUBLED = re.compile(r'""(?=[^\s"])([^"]*[^\s"])""')


def without_export_quotes(text: str) -> str:
    """A value as it was before it was written as CSV, once or several times (RFC 4180, 2.7: a quote inside is doubled).

    `\"""Alpha\""" GmbH` and `""Alpha"" GmbH` have quotes of their own, which were doubled; `""Alpha GmbH""` has none.
    """
    text = text.strip()
    while found := _AROUND.fullmatch(text):
        inner = found[1].strip()
        bare = inner.replace('""', "")
        if '"' not in bare:
            inner = inner.replace('""', '"')
        elif not (inner[:1] == inner[-1:] == '"' and '"' not in inner.strip('"')):
            break
        if not inner.strip('" ') or inner == text:
            break
        text = inner
    return _DOUBLED.sub(r'"\1"', text) if '"' not in text.replace('""', "") else text
