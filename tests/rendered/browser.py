"""Finished pages in a headless Chromium: a page stands in a frame of any width, and a script beside it asks it."""

import html
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from chromium import chromium, find

_OUTER = """<!doctype html><meta charset="utf-8"><style>body {{ margin: 0 }} iframe {{ border: 0 }}</style>
<iframe id="frame" src="{page}" style="width: {width}px; height: {height}px"></iframe><pre id="answer"></pre>
<script>
const say = (value) => {{ document.getElementById("answer").textContent = JSON.stringify(value); }};
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
document.getElementById("frame").addEventListener("load", async () => {{
  const frame = document.getElementById("frame").contentWindow, page = frame.document;
  try {{ say({{ value: await (async () => {{ {script} }})() }}); }} catch (error) {{ say({{ error: String(error) }}); }}
}}, {{ once: true }});
</script>"""


def needed() -> None:
    """Skip where there is no Chromium; on CI that is a failure."""
    if find() is None:
        reason = "no Chromium: python scripts/chromium.py install"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


def ask(page: Path, script: str, folder: Path, *, width: int = 1280, height: int = 900, hash_: str = "") -> Any:
    """What a script returns that sees `frame` (the window), `page` (its document), `wait(milliseconds)`."""
    needed()
    outer = folder / "outer.html"
    url = page.resolve().as_uri() + hash_
    outer.write_text(_OUTER.format(page=html.escape(url), width=width, height=height, script=script), encoding="utf-8")
    size = f"--window-size={max(width, 500) + 40},{height + 40}"
    dom = chromium(
        [size, "--allow-file-access-from-files", "--virtual-time-budget=20000", "--dump-dom", outer.as_uri()]
    )
    found = re.search(r'<pre id="answer">(.*?)</pre>', dom, re.DOTALL)
    assert found and found[1], "the page gave no answer"
    answer = json.loads(html.unescape(found[1]))
    assert "error" not in answer, answer["error"]
    return answer["value"]
