"""What people say of exceptions in the page: typed in a browser, downloaded, and taken by the command line."""

import json
import time
from pathlib import Path

from browser import needed
from pressing_keys import Leaving, Page, browser
from shop import Shop


def _gone(tab: Page) -> bool:
    try:
        told = tab.send("Page.getNavigationHistory")
    except Leaving:
        return False
    return bool(told["entries"][told["currentIndex"]]["url"] == "about:blank")


def _asked(tab: Page) -> bool:
    """Whether the page asks before it is left; it is not left then."""
    heard = len(tab.told)
    tab.leave("location.href = 'about:blank'")
    end = time.monotonic() + 60
    while time.monotonic() < end:
        gone = _gone(tab)  # no script runs while a page asks
        if any(m.get("method") == "Page.javascriptDialogOpening" for m in tab.told[heard:]):
            tab.send("Page.handleJavaScriptDialog", accept=False)
            return True
        if gone:
            return False
        time.sleep(0.05)
    raise AssertionError("the page was neither left nor did it ask")


def test_edits_are_typed_downloaded_and_taken(finished: dict[str, Shop], tmp_path: Path) -> None:
    needed()
    run, note = finished["accepted"], 'said "no", =1+1; ünlü <b>'
    with browser(tmp_path / "profile") as tab:
        tab.open((run.report("en") / "report.html").as_uri(), downloads=tmp_path)
        assert tab.run("document.getElementById('save-edits').disabled")
        tab.press("j", "Enter")
        opened = "document.querySelector('[data-group][open]')"
        name = tab.run(f"{opened}.dataset.id")
        tab.run(f"{opened}.querySelector('[data-name=status]').value = 'wont_fix'")
        tab.run(f"{opened}.querySelector('[data-name=note]').focus()")
        tab.write(note)
        tab.press("j", "/")  # letters of the note, no keys of the page
        assert tab.run("document.getElementById('edits').textContent").startswith("1 changed")
        assert _asked(tab)
        tab.run("document.getElementById('save-edits').scrollIntoView({block: 'center'})")
        tab.click("#save-edits")
        end = time.monotonic() + 60
        while not (file := tmp_path / "exceptions-edits.csv").exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        assert not _asked(tab)
        assert [m for m in tab.told if m.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown")] == []

    told = json.loads(run.call("exceptions", "--read", str(file), "--who", "ayse", "--dry-run", "--json"))
    assert (told["said"], told["findings"]) == ({name: "wont_fix"}, [])
    run.call("exceptions", "--read", str(file), "--who", "ayse")
    (said,) = (e for e in json.loads(run.call("exceptions", "--json"))["exceptions"] if e["id"] == name)
    (run.folder / "exceptions.yaml").unlink()  # the run is shared by other tests
    assert (said["status"], said["note"]) == ("wont_fix", note + "j/")
