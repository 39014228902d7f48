"""Runs a command beside all servers that tests use, each private and on loopback, and stops them afterwards.

python scripts/servers.py run -- pytest
"""

import amagi
import mariadb
import postgres
import tryton
from serving import main

if __name__ == "__main__":
    main(
        __doc__,
        {each.VARIABLE: each.running for each in (postgres, mariadb, tryton, amagi)},
    )
