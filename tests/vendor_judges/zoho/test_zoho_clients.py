"""Zoho's own SDKs for Python and for Node, which we did not write, drive the simulated Zoho CRM over its socket."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from zohos import started

from vendor_judges.clients import by_node, by_python

DRIVERS = Path(__file__).parent / "drivers"


@pytest.mark.parametrize("driver", ["zoho_sdk.py", "zoho_sdk.cjs"])
def test_zohos_own_sdk(driver: str, tmp_path: Path) -> None:
    run: Callable[..., Any] = by_node if driver.endswith(".cjs") else by_python
    server = started({"objects": {"Line_Items": {"subform_of": "Deals", "fields": {"Item": {}}}}})
    try:
        believed = run(DRIVERS / driver, server.url, str(tmp_path))
        told = server.engine.log.summary()
    finally:
        server.stop()
    assert told["created"] == believed and told["doubled"] == {}
