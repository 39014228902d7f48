"""`python -m benchmarks NAME [options]`: run one benchmark, or all of them without a name."""

import argparse
import importlib

NAMES = ("small", "e2e", "api", "cleanse", "matching", "suggest", "assess", "compare", "languages")


def main() -> None:
    """Run the named benchmark with the rest of the arguments."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run a benchmark, or all of them.")
    parser.add_argument("name", nargs="?", choices=NAMES, help="all of them without a name")
    parser.add_argument("options", nargs=argparse.REMAINDER, help="of that benchmark: NAME --help lists them")
    asked = parser.parse_args()
    for name in [asked.name] if asked.name else NAMES:
        importlib.import_module(f"benchmarks.{name}").main(asked.options)


if __name__ == "__main__":
    main()
