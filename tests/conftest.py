"""What all tests share: the long form of the fault tests is asked for by name."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="the long fault sweeps instead of their short form")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What holds a promise of another test at greater length is for the long form."""
    for item in items if not config.getoption("--soak") else ():
        if marker := item.get_closest_marker("sweep"):
            item.add_marker(pytest.mark.skip(reason=f"{marker.args[0]}: make soak ARGS=sweeps"))
