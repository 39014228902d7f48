"""Load order: parents first whatever the graph; what cannot be first waits for the second pass."""

from hypothesis import given
from hypothesis import strategies as st

from crm_migrate.mapping.ordering import load_order


def test_parents_first_and_circles_wait() -> None:
    references = {
        "deals": [("company", "accounts"), ("contact", "contacts")],
        "contacts": [("company", "accounts"), ("reports_to", "contacts")],
        "accounts": [("parent", "accounts"), ("key_contact", "contacts")],
    }
    order, second = load_order(references)
    assert order == ["accounts", "contacts", "deals"]
    assert second == {"accounts": ("key_contact", "parent"), "contacts": ("reports_to",)}


NAMES = ["accounts", "contacts", "deals", "a", "b", "c"]
GRAPHS = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=4), min_size=1)


@given(GRAPHS, st.randoms(use_true_random=False))
def test_every_reference_is_to_an_earlier_object_or_waits(graph: dict[str, list[str]], random: object) -> None:
    references = {n: [(f"f{i}", to) for i, to in enumerate(tos) if to in graph] for n, tos in graph.items()}
    order, second = load_order(references)
    assert sorted(order) == sorted(references)
    for at, name in enumerate(order):
        waiting = {f for f, to in references[name] if to not in order[:at]}
        assert set(second.get(name, ())) == waiting
    shuffled = list(references.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert load_order(dict(shuffled)) == (order, second)
