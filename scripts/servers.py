"""Runs a command beside all servers that tests use, each private and on loopback, and stops them afterwards.

python scripts/servers.py run -- pytest
"""

import mariadb
import postgres
import tryton
from serving import main

if __name__ == "__main__":
    main(
        __doc__,
        {postgres.VARIABLE: postgres.running, mariadb.VARIABLE: mariadb.running, tryton.VARIABLE: tryton.running},
    )
