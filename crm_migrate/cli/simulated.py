"""A simulated CRM beside a command, for as long as it runs, and what its own log says in the end."""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from crm_migrate.cli.simulate import simulator

URL, SECRET = "CRM_URL", "CRM_SECRET"  # what a mapping calls them: `env:CRM_URL`


@contextmanager
def simulated_crm(name: str, setting: str, store: Path, *, faults: str, seed: int) -> Iterator[str]:
    """The address of a simulated CRM that keeps its records in `store`. `setting` is JSON: `schema`, `habits`,
    `settings` (what stands beside records there), and the `secret` of the client; NUMBER in it becomes one of that
    store, which tells an organisation from others. URL and SECRET are set for what runs meanwhile."""
    number = int(hashlib.sha256(str(store.resolve()).encode()).hexdigest()[:7], 16)
    said = json.loads(setting.replace("NUMBER", str(number)))
    running = simulator(name).start(
        said.get("schema"), faults=faults, seed=seed, store=store, habits=said.get("habits")
    )
    before = {word: os.environ.get(word) for word in (URL, SECRET)}
    os.environ.update({URL: running.url, SECRET: said["secret"]})
    try:
        for each in said.get("settings", ()):
            _asked(running.url, "settings", each)
        yield running.url
    finally:
        for word, value in before.items():
            os.environ.pop(word) if value is None else os.environ.update({word: value})
        running.stop()


def witness(url: str) -> str:
    """What the CRM's own log counted: requests and what went wrong with them, creations, and whether any came twice."""
    said, made = _asked(url, "summary"), _asked(url, "creations")
    struck, twice = said["faults"], len(said["doubled"])
    keyed = Counter(each["object"] for each in made if each["key"])
    others = Counter(each["object"] for each in made if not each["key"])
    return (
        f"\nthe CRM's own log, not ours: {said['requests']:,} requests, {said['writes']:,} of them to write\n"
        f"  went wrong: {sum(struck.values()):,} ({_listed(struck)})\n"
        f"  created with our key: {sum(keyed.values()):,} ({_listed(keyed)}), {twice} of them twice\n"
        f"  created without it: {sum(others.values()):,} ({_listed(others)})"
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items())) or "none"


def _asked(url: str, what: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    method = "GET" if body is None else "PUT"
    request = Request(f"{url}/_simulator/{what}", data, {"Content-Type": "application/json"}, method=method)  # noqa: S310 -- our own
    with urlopen(request) as answer:  # noqa: S310 -- our own
        return json.load(answer)
