"""Which causes of a report are to be repaired."""

from dataclasses import dataclass

from crm_migrate.quoting import literal


@dataclass(frozen=True, slots=True)
class Wanted:
    """All causes, or those of an object, of a field, of a name (or its first words: `truncated`)."""

    object: str = ""
    field: str = ""
    cause: str = ""

    def holds(self, object_name: str) -> str:
        """SQL over differing cells of an object (`name`, `cause`): whether they are meant."""
        if self.object not in ("", object_name):
            return "FALSE"
        field = f"name = {literal(self.field)}" if self.field else "TRUE"
        return f"{field} AND starts_with(cause, {literal(self.cause)})"
