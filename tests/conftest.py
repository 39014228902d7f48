"""What all tests share: the long form of the fault tests is asked for by name."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="the long fault sweeps instead of their short form")
