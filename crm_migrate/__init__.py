"""crm-migrate: move a company's customers into a new CRM: clean, once, and with a proof."""

from typing import Any

__version__ = "0.1.0"
__all__ = ["__version__", "clean", "match"]


def __getattr__(name: str) -> Any:
    """Public names that need the heavy libraries, imported when they are first asked for."""
    if name == "clean":
        from crm_migrate.cleansing.cleaner import clean

        return clean
    if name == "match":
        from crm_migrate.matching.matcher import match

        return match
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
