"""Pictures of what meta-learning wins on unseen tasks, near the training tasks and beyond."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from lqrlib.validation import Array

from .adaptation import STARTS
from .checking import shaped
from .curves import Curve, Panel, Reference, dashed
from .looks import METHODS, SERIES, in_order
from .panels import draw

RATIOS = (0.2, 0.3, 0.5, 0.7, 1.0, 1.5)
FAMILIES = (SERIES[0], SERIES[1], SERIES[3])


def crossover(
    steps: Array,
    advantages: Mapping[str, tuple[Array, Array]],
    ratios: Mapping[str, tuple[Array, Array]],
) -> Figure:
    """Draw what MAML wins over averaging, against the inner step size times the steepest Hessian.

    Parameters
    ----------
    steps : array (X,)
        Inner step size times the largest eigenvalue.
    advantages : mapping from a label to (measured (X,), calculated (X,))
        Relative advantage on training tasks, and what the quadratic model gives.
    ratios : mapping from a label to (x (Y,), ratios (Y, F))
        Gap after one step on unseen tasks, MAML's over averaging's, for F families.
    """
    left = []
    for look, (measured, model) in in_order(FAMILIES, advantages):
        left.append(Curve(steps, measured, look))
        left.append(dashed(steps, model, look, f"{look.label}, quadratic model"))
    looks = (METHODS["optimum"], STARTS["learned"], STARTS["average cost"])
    right = [
        Curve(x, shaped(look.label, values, len(x), "families").T, look, quantiles=((0.25, 0.75),))
        for look, (x, values) in in_order(looks, ratios)
    ]
    label = r"$\eta_l\,h_{\max}$ (dimensionless)"
    panels = [
        Panel(label, left, ylabel="relative advantage, training tasks\n(dimensionless)",
              xticks=steps, legend="above"),
        Panel(label, right, xticks=steps, yticks=RATIOS, references=[Reference(1, width=1)],
              ylabel="gap after one step, MAML / averaging,\nunseen tasks (dimensionless)",
              legend="above"),
    ]  # fmt: skip
    story = """Left: what MAML wins over averaging. Right: below one where MAML is better; medians
        and quartiles."""
    return draw(panels, story=story, width=7.2, height=4.0)


def beyond_training(
    distances: Array, stable: Mapping[str, tuple[str, Array]], gaps: Mapping[str, tuple[str, Array]]
) -> Figure:
    """Draw how starts fare on tasks further away than the training tasks.

    Parameters
    ----------
    distances : array (X,)
        Level of the unseen tasks over that of the training tasks.
    stable : mapping from a label to a key of `STARTS` and an array (X,)
        Share of unseen tasks that the start stabilizes.
    gaps : mapping from a label to a key of `STARTS` and an array (X, runs)
        Relative gaps at the start; ``inf`` where it does not stabilize.
    """
    left = [
        Curve(distances, 100 * values, STARTS[start], label)
        for label, (start, values) in stable.items()
    ]
    right = [
        Curve(distances, shaped(label, runs, len(distances), "runs").T, STARTS[start], label,
              quantiles=((0.1, 0.9),))
        for label, (start, runs) in gaps.items()
    ]  # fmt: skip
    label = "distance / training distance (dimensionless)"
    panels = [
        Panel(label, left, ylabel="unseen tasks stabilized (%)", yscale="linear", ylim=(0, 104)),
        Panel(label, right, ylabel="relative gap at the start (dimensionless)", top=1e6,
              ylim=(None, 30)),
    ]  # fmt: skip
    story = "Right: median and 10 to 90 % quantiles."
    return draw(panels, story=story, width=7.2, height=3.8)
