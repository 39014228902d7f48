"""A headless Chromium that tests press keys in: the DevTools protocol over a pipe, without any further library."""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AVAILABLE = PROGRAM is not None and os.name == "posix"
_CALM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--window-size=1280,900",
)  # fmt: skip


class Leaving(AssertionError):
    """A command came between two pages: nobody was there to answer it."""


_BETWEEN = ("Not attached to an active page", "Inspected target navigated or closed", "Cannot find context")


class Page:
    """One page: say a script, press a key, take a picture."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read, self._number, self._rest, self._session = write, read, 0, b"", ""
        self.told: list[dict[str, Any]] = []

    def send(self, method: str, **parameters: Any) -> Any:
        """One command, and its result; events on the way are kept in `told`."""
        self._number += 1
        said = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            said["sessionId"] = self._session
        os.write(self._write, json.dumps(said).encode() + b"\0")
        while True:
            message = self._next()
            if message.get("id") == self._number:
                if any(words in message.get("error", {}).get("message", "") for words in _BETWEEN):
                    raise Leaving(message)
                assert "error" not in message, message
                return message["result"]
            self.told.append(message)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            data = os.read(self._read, 1 << 20)
            assert data, "Chromium has gone"
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(line))

    def open(self, url: str, *, downloads: Path | None = None) -> None:
        """Load a page in a tab of its own."""
        if downloads is not None:
            self.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'", 120)

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        result = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def until(self, condition: str, seconds: float = 20) -> None:
        """Wait until an expression is true, also in the page that comes after this one."""
        end = time.monotonic() + seconds
        while not self._holds(condition):
            assert time.monotonic() < end, condition
            time.sleep(0.02)

    def _holds(self, condition: str) -> bool:
        try:
            return bool(self.run(condition))
        except Leaving:
            return False

    def leave(self, script: str) -> None:
        """Run what leads to another page, which may come before the answer of the script."""
        self.run(f"void setTimeout(() => {{ {script} }})")

    def press(self, *keys: str) -> None:
        """Keys as a person presses them."""
        for key in keys:
            text: dict[str, Any] = {"text": key} if len(key) == 1 else {}
            if key == "Enter":  # a keyboard says a character with it, by which a browser opens what has the focus
                text = {"text": "\r", "windowsVirtualKeyCode": 13}
            self.send("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
            self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    def write(self, text: str) -> None:
        """Text into the field that has the focus."""
        self.send("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """Click the middle of an element."""
        box = self.run(
            f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def picture(self, path: Path) -> None:
        """What is seen, as PNG."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    def emulate(self, **features: str) -> None:
        """Media features, for example prefers_color_scheme='dark'."""
        listed = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.send("Emulation.setEmulatedMedia", features=listed)


@contextmanager
def browser(profile: Path) -> Iterator[Page]:
    """A browser of one's own, which is gone at the end."""
    assert PROGRAM is not None
    (their_in, our_out), (our_in, their_out) = os.pipe(), os.pipe()

    def connect() -> None:
        # 3 is where Chromium reads, 4 where it writes; first out of the way of each other.
        low, high = os.dup(their_in), os.dup(their_out)
        spare_in, spare_out = (os.dup(low) if low < 5 else low), (os.dup(high) if high < 5 else high)
        os.dup2(spare_in, 3)
        os.dup2(spare_out, 4)

    process = subprocess.Popen(
        [PROGRAM, *_CALM, f"--user-data-dir={profile}", "--remote-debugging-pipe"],
        preexec_fn=connect, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(their_in)
    os.close(their_out)
    try:
        yield Page(our_out, our_in)
    finally:
        process.terminate()
        process.wait(timeout=20)
        os.close(our_out)
        os.close(our_in)
