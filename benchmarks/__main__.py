"""`python -m benchmarks [--only NAME]`: print one table; exit with 1 when a target is missed by a clear margin."""

import argparse
import sys
import warnings
from importlib import import_module

from benchmarks.figures import Figure, table

NAMES = ("latency", "ticks", "memory", "pictures", "boards", "slack")


def main() -> int:
    """Run what was asked for and show it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=NAMES, action="append", help="run only this one")
    chosen = parser.parse_args().only or NAMES
    # discord.py imports audioop for voice, which Python 3.11 and 3.12 announce to be leaving.
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    figures: list[Figure] = []
    for name in chosen:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        figures += import_module(f"benchmarks.{name}").run()
    print(table(figures))
    return int(any(figure.missed for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
