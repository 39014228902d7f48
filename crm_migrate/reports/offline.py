"""The content security policy of pages that stand alone: nothing loads, and only our own style and script run."""

import base64
import hashlib


def policy(style: str, script: str = "") -> str:
    """The policy for a page with one inline style and at most one inline script, both named by their hashes."""
    scripts = _digest(script) if script else "'none'"
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {scripts}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
