r"""The papers' constants: as printed, repaired, and as sharp as they can be.

=================  =================================================================
`printed`          S1's report constants, S2's step sizes and rates, right or wrong
`corrected`        the printed ones that fail, repaired with as little change as possible
`sharp`            best possible ones, for both papers at once, noise included
`heterogeneity`    two tasks at one gain, noise included
`sampling`         sample sizes of the model-free theorem of S2, written out
`estimates`        sample sizes of S1's estimates: TR Lemmas 16 to 18, and repaired ones
`meta`             S1's Theorems 10 to 13: steps, heterogeneity, rate and bias
=================  =================================================================

A constant of the same name bounds the same quantity in each module:
``printed.gradient_bound(problem, K)``, ``sharp.gradient_bound(problem, K)``. All take stacks, and
either a problem with a gain or `Magnitudes` worked out before: ``magnitudes(tasks, K).worst()``
for the papers' maximum over tasks, ``sublevel(problem, level)`` for every gain of at most a cost.
"""

from . import corrected, estimates, heterogeneity, meta, printed, sampling, sharp
from .magnitudes import Magnitudes, at_stabilizing_gain, magnitudes, sublevel
from .printed import hessian as printed_hessian
from .sampling import SampleSizes, sample_sizes

__all__ = [
    "Magnitudes",
    "SampleSizes",
    "at_stabilizing_gain",
    "corrected",
    "estimates",
    "heterogeneity",
    "magnitudes",
    "meta",
    "printed",
    "printed_hessian",
    "sample_sizes",
    "sampling",
    "sharp",
    "sublevel",
]
