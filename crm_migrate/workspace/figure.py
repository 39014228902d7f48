"""What every figure is: immutable, and without keys that nobody declared."""

from pydantic import BaseModel, ConfigDict


class Figure(BaseModel):
    """A figure: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
