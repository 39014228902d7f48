"""What counted as the same value, written otherwise: the rules of every type of the compared fields."""

from collections import Counter
from collections.abc import Iterator, Sequence

from crm_migrate.stages.reconcile.causes import same_by
from crm_migrate.stages.reconcile.comparing import Compared
from crm_migrate.workspace.cause_figures import Equivalence
from crm_migrate.workspace.figures import FieldFigure


def equivalences(fields: Sequence[FieldFigure]) -> Iterator[Equivalence]:
    """Type by type and rule by rule, in the order in which they are tried; also those by which no cell matches."""
    compared = Counter(field.type for field in fields if field.compared)
    matched: Counter[tuple[str, str]] = Counter()
    for field in fields:
        matched.update({(field.type, c.cause): c.count for c in field.causes if c.cls == "match_normalised"})
    for type_name, count in sorted(compared.items()):
        for rule in same_by(Compared("", type_name).kind):
            yield Equivalence(type=type_name, rule=rule, fields=count, cells=matched[type_name, rule])
