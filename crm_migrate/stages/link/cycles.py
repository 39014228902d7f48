"""References of an object to itself: who is its own parent, and who stands in a circle.

Which link of a circle is the wrong one cannot be known, so all links of the circle are cleared, with a note.
"""

import numpy as np
import numpy.typing as npt

Nodes = npt.NDArray[np.int64]


def in_cycles(child: Nodes, parent: Nodes) -> Nodes:
    """The children that stand in a circle, ascending; each child has one parent. A self-parent is a circle of one."""
    members, index = np.unique(np.concatenate([child, parent]), return_inverse=True)
    step = np.full(len(members) + 1, len(members), dtype=np.int64)  # the last place means: no parent
    step[index[: len(child)]] = index[len(child) :]
    # After at least as many steps as there are nodes only circles are left: doubling takes log2 of them.
    for _ in range(max(1, len(members).bit_length())):
        step = step[step]
    return np.asarray(members[np.unique(step[step < len(members)])], dtype=np.int64)
