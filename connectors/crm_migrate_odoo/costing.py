"""How many requests a load takes beside those about records. Pure."""

from collections.abc import Iterable

from crm_migrate.connecting.contract import Asks
from crm_migrate_odoo.describe import Described


def asking(models: Iterable[Described | None]) -> Asks:
    """Once in each connection: our language, and of each model its fields, their defaults, and the records that are
    told as choices, as far as one page of them holds all; which stages are won."""
    asked = 1 + sum(1 if each is None else 2 + len(each.names) + ("crm.stage" in each.names) for each in models)
    return Asks(identity=0, before=asked, during=asked)
