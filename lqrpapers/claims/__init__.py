"""Each numbered result as an executable inequality.

``check(id, problem, K, ..., form="printed")`` evaluates one form of a result and returns a tuple
with one `Check` for each of its inequalities: both sides on every case, whether it holds, slack
and ratio; ``check(...)["gradient"]`` is the one of that name. `CLAIMS` lists the results with their
statements, forms and functions; a function's signature and docstring say what `check` takes.
``theorem(id)`` shows a result with its code. A module of claims is loaded when it is needed.

>>> import lqrlib
>>> from lqrpapers.claims import check
>>> problem = lqrlib.systems.double_integrator()
>>> [bound] = check("s1-lemma-7", problem, [[0.4, 0.8]])
>>> bool(bound.holds), bound.violated
(True, 0)
"""

from .checking import ROLES as ROLES
from .checking import ROUNDING as ROUNDING
from .checking import SAMPLES as SAMPLES
from .checking import Check as Check
from .checking import Checks as Checks
from .checking import merge as merge
from .registry import CLAIMS as CLAIMS
from .registry import FORMS as FORMS
from .registry import Claim as Claim
from .registry import Sides as Sides
from .registry import check as check
from .registry import check_all as check_all
from .theorems import Theorem as Theorem
from .theorems import theorem as theorem
