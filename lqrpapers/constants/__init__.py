r"""The papers' constants: as printed, repaired, and sharp.

=================  =================================================================
`printed`          S1's report constants, S2's step sizes and rates, right or wrong
`corrected`        the printed ones that fail, repaired with as little change as possible
`sharp`            for both papers at once, noise included; most are attained for one state
`heterogeneity`    two tasks at one gain, noise included
`sampling`         sample sizes of the model-free theorem of S2, written out
`estimates`        sample sizes of S1's estimates: TR Lemmas 16 to 18, and repaired ones
`meta`             S1's Theorems 10 to 13: steps, heterogeneity, rate and bias
`journal`          what the journal version of S2 prints, and what it leaves open
=================  =================================================================

A constant of the same name bounds the same quantity in each module:
``printed.gradient_bound(problem, K)``, ``sharp.gradient_bound(problem, K)``. All take stacks, and
either a problem with a gain or `Magnitudes` worked out before: ``magnitudes(tasks, K).worst()``
for the papers' maximum over tasks, ``sublevel(problem, level)`` for every gain of at most a cost.
"""

from . import corrected as corrected
from . import estimates as estimates
from . import heterogeneity as heterogeneity
from . import journal as journal
from . import meta as meta
from . import printed as printed
from . import sampling as sampling
from . import sharp as sharp
from .magnitudes import Magnitudes as Magnitudes
from .magnitudes import at_stabilizing_gain as at_stabilizing_gain
from .magnitudes import magnitudes as magnitudes
from .magnitudes import sublevel as sublevel
from .sampling import SampleSizes as SampleSizes
from .sampling import sample_sizes as sample_sizes

printed_hessian = printed.hessian
