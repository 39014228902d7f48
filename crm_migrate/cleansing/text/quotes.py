"""Quotes that exporters and hands left around and inside a value; a name's own quotes stay."""

import re

_AROUND = re.compile(r'"(.+)"', re.DOTALL)
_ENDS = re.compile(r"(\"*)([^\"]*[^\"\d\s])(\"*)")  # `Rohr 19""` is a width
_OTHERS = re.compile(r"''\s*((?:(?!'').)+?)\s*''|[«»]\s*([^«»]+?)\s*[«»]", re.DOTALL)
_DOUBLED = re.compile(r'""(?=[^\s"])([^"]*[^\s"])""')


def without_export_quotes(text: str) -> str:
    """A value as it was before it was written as CSV, once or several times (RFC 4180, 2.7: a quote inside is doubled).

    `\"""Alpha\""" GmbH` and `""Alpha"" GmbH` have quotes of their own, which were doubled; `""Alpha GmbH""` has none.
    """
    text = text.strip()
    if (ends := _ENDS.fullmatch(text)) and len(ends[1]) != len(ends[3]) and len(ends[1] + ends[3]) > 1:
        return ends[2].strip()
    if others := _OTHERS.fullmatch(text):
        return others[1] or others[2]
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
