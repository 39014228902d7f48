"""What the frozen plan says of where records go: the environment, what was bought there, when nobody works, when its
nights are stable."""

from pydantic import BaseModel, ConfigDict

from crm_migrate.crm.types import Pseudonym


class Frozen(BaseModel):
    """A value of the plan: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LicencePlan(Frozen):
    """What an edition of the target takes in all; None, or no entry, where nothing is known.

    `requests` in 24 hours and `hourly`; `storage` of records and `file_storage` in bytes; `records` is object -> most
    of them; `sizes` is object -> bytes that one takes of the storage, `size` of any other. `verified` is the day on
    which somebody last looked these facts up, `said` what is to be known of the counts (object -> words). `assumed`:
    nobody said for how many `users`, and some of it grows with them.
    """

    edition: str
    users: int = 1
    assumed: bool = False
    verified: str
    requests: int | None = None
    hourly: int | None = None
    storage: int | None = None
    file_storage: int | None = None
    records: dict[str, int] = {}
    sizes: dict[str, int] = {}
    size: int | None = None
    said: dict[str, str] = {}


class FreezePlan(Frozen):
    """From when until when nobody works in either system (ISO 8601 with offset), and the hours of it that are kept."""

    starts: str
    ends: str
    reserve_hours: int


class WatchPlan(Frozen):
    """The gate of nights: `nights` running whose shares stay under `under`, those of `money` and of an object in
    `objects` under their own. Limits are fractions in plain decimals.
    """

    under: str
    nights: int
    money: str
    objects: dict[str, str] = {}

    def limit(self, object_name: str = "") -> str:
        """The limit of an object, or of everything."""
        return self.objects.get(object_name, self.under)


class EnvironmentPlan(Frozen):
    """Where the records go. `options` may hold references to secrets; they are resolved only when connecting.

    `mask` is object -> field -> what its values become; who is on the list `allow` stays. `needs` are proved before
    anything is loaded (`stages/load/needs.py`). `editions` are those of which a `licence` could name one, where none is
    there.
    """

    name: str
    connector: str
    options: dict[str, str] = {}
    mask: dict[str, dict[str, Pseudonym]] = {}
    allow: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    licence: LicencePlan | None = None
    editions: tuple[str, ...] = ()
    freeze: FreezePlan | None = None
    watch: WatchPlan | None = None
