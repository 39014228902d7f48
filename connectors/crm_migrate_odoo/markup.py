"""Plain text as the HTML that Odoo keeps, and back: a paragraph, with breaks between its lines. Pure."""

import html
import re

_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_BLOCK = r"</(?:p|div|li|h[1-6]|tr|ul|ol|table|tbody|blockquote)>\s*"
_BLOCK_END = re.compile(rf"(?:{_BLOCK})++(?!$)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_BLANKS = re.compile(r"(?<= ) |^ | $", re.MULTILINE)
_HARD = "\N{NO-BREAK SPACE}"


def html_of(text: str) -> str:
    """The paragraph. Blanks that a browser would fold are hard ones; an end of a line is a break."""
    lines = html.escape(text.replace("\r\n", "\n").replace("\r", "\n"), quote=False).split("\n")
    return f"<p>{'<br>'.join(_BLANKS.sub(_HARD, line) for line in lines)}</p>"


def text_of_html(said: str) -> str:
    """The text: breaks and ends of blocks are ends of lines, other marks go."""
    broken = _BLOCK_END.sub("\n", _BREAK.sub("\n", said))
    return html.unescape(_TAG.sub("", broken)).replace(_HARD, " ")
