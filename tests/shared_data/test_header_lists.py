"""What is proposed for the header lists of real systems is right, and stays so: floors below the measured figures."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks import suggest  # noqa: E402 -- benchmarks are no package of ours

pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not (suggest.SHARED / suggest.HEADERS).exists(), reason="the header lists are not there"),
]


@pytest.mark.parametrize(("named", "recall"), [(True, 0.97), (False, 0.8)])
def test_of_the_lists_that_the_words_were_tuned_on(named: bool, recall: float) -> None:
    lists = (each for each in suggest.labelled() if not suggest.held_out(each.name))
    score = suggest.judge(lists, suggest.Score(), named=named)

    assert score.right >= 0.99 * score.proposed, score.remarks
    assert score.found >= recall * score.wanted, score.remarks


def test_every_label_is_a_header_of_its_list() -> None:
    for each in suggest.labelled():
        assert set(each.may) <= set(each.headers), each.name


def test_what_other_programs_say_of_their_headers() -> None:
    path, kinds = suggest.ROUNDCUBE, suggest.CARD
    if not (suggest.SHARED / path).exists():
        pytest.skip(f"{path} is not there")
    scores = dict(suggest.judged_by_others(path, kinds))

    assert len(scores) == 5
    for name, score in scores.items():
        assert score.right >= 0.95 * score.proposed, (name, score.remarks)
        assert score.found >= 0.75 * score.wanted, (name, score.remarks)
