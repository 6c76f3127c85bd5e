"""Gaps of 20 systems like those that S2 recorded for its Figure 2."""

import numpy as np

from lqrpapers.recorded import s2


def falling(last, steps=2000, systems=20):
    """Gaps that fall geometrically from about 5 to `last`, a little different for each system."""
    start = np.linspace(3, 7, systems)
    fraction = np.linspace(0, 1, steps + 1)[:, None]
    return start * (last / start) ** fraction


def gaps():
    """Gaps that agree with the recorded means in the mean."""
    found = {}
    for name, curve in s2.FIGURE_2.items():
        at, means = zip(*((k, s.mean) for k, s in curve.gaps.items()), strict=True)
        path = np.exp(np.interp(np.arange(max(at) + 1), at, np.log(means)))
        found[name] = path[:, None] * np.linspace(0.6, 1.4, 20)
    return found


def changed(method, change):
    """The same with one method's gaps changed."""
    found = gaps()
    return found | {method: change(found[method])}
