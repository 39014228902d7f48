"""`python -m benchmarks NAME [options]`: run one benchmark, or all of them without a name."""

import importlib
import sys

NAMES = ("small", "e2e", "cleanse", "matching")


def main(arguments: list[str]) -> None:
    """Run the named benchmark with the rest of the arguments."""
    chosen = [arguments[0]] if arguments else list(NAMES)
    for name in chosen:
        if name not in NAMES:
            sys.exit(f"unknown benchmark {name!r}; there are: {', '.join(NAMES)}")
        importlib.import_module(f"benchmarks.{name}").main(arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
