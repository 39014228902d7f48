"""The pack of key figures: each by one definition on the sources as exported, as expected and as found."""

from typing import Literal

from crm_migrate.workspace.figure import Figure


class PackPart(Figure):
    """One measure of a figure: records of `object` that meet `where`, counted or added up (`sum`).

    `source` + `terms` (state or rule, amount) = `expected`; the target agrees where `actual` - `explained` =
    `expected`, as of `KpiFigure`.
    """

    name: str
    object: str
    where: str
    sum: str
    source: str
    expected: str
    actual: str
    explained: str = ""
    terms: tuple[tuple[str, str], ...] = ()


class PackFigure(Figure):
    """One figure of the pack, whole (`group` empty) or of one group; amounts are in `unit`.

    A value is None where its formula has none (nothing to divide by). `why` says why the figure was not computed: then
    nothing of it is known, and it agrees with nothing. A ratio agrees where all its parts do. `bound` is what a figure
    that may never rise, or fall, may be at most, or must be at least; `within` whether it is.
    """

    name: str
    family: str
    kind: Literal["count", "amount", "share", "days", "number"]
    formula: str
    group: str = ""
    unit: str = ""
    source: str | None = None
    expected: str | None = None
    actual: str | None = None
    agrees: bool = True
    never: Literal["", "rises", "falls"] = ""
    bound: str = ""
    within: bool = True
    parts: tuple[PackPart, ...] = ()
    why: str = ""
