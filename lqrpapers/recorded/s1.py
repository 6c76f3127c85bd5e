"""Cost gaps recorded in the runs of S1's Figure 1, and where its published notebooks say what.

The gaps are the printed outputs of the notebooks that S1's authors published (`REPOSITORY` at
`COMMIT`, 25 January 2024), thinned to iterations 0, 1, ..., 10, 20, 30, ... and to five digits; no
run was seeded. A gap is J(K_t) - J(K*) of one task for the one initial state `START`, which was not
the one trained on, over a horizon of 500 steps. It is printed as a "Normalized cost gap", but the
division stands in a comment (In [15] of Generalization). Nothing is computed from the gaps but
comparisons. In [k] is the cell with that execution count.

The notebooks do not run from top to bottom: In [24] of Generalization needs `n_unseen`, which later
cells set. The gain K0 of all runs (Convergence In [13]) is typed; the line above it, in a comment,
adds numbers of U(0, 0.22) to the nominal optimum, but one entry of K0 lies 0.247 above it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lqrlib.validation import Array

from . import Source, told

REPOSITORY, COMMIT = "github.com/jd-anderson/MAML-LQR", "8fd752f"
# The notebooks "MAML - LQR- ....ipynb" and the first digits of their Git objects.
FILES = {"Convergence": "2a2e7d2", "Generalization": "ab647ff", "Heterogeneity": "f3f5a2c"}

# What the findings and observations about S1's experiments rest on.
SOURCES = {
    "e7": (
        Source("Convergence", 11, "[ 0.01,  4.7 ,  0.  ,  0.  ],"),
        Source("Convergence", 2, "x_0 = np.random.normal(0.5, 1e-3, size=(1,nx))[0]"),
        Source("Convergence", 12, "norm_1.append(np.linalg.norm(a.A_M[p] - a.A_M[s]))"),
    ),
    "e8": (
        Source("Heterogeneity", 10, "eta_l = 0.8e-5"),
        Source("Heterogeneity", 11, "eta_l = 0.4e-5"),
        Source("Heterogeneity", 14, "eta_l = 0.095e-5"),
    ),
    "e9": (
        Source("Generalization", 30, "ada_ita = 1e-3"),
        Source("Generalization", 26, "ada_ita = 0.35e-3"),
        Source("Generalization", 2, "perturbed_samples.append(A)"),
        Source("Generalization", 24, "test = generate_task(AA,BB,QQ,RR,n_unseen,setting,ep)"),
        Source("Generalization", 32, "test_C_MAML[0], label=r'Unseen task 1 '"),
    ),
    # Defined, and called in no cell of any of the notebooks: there is no model-based run.
    "e10": (Source("Convergence", 2, "def MAML(self, K, ita1, ita2):"),),
}
# Of the unseen tasks in Figure 1, right, how many are the nominal task, which was trained on: the
# generator puts it first (In [2], [24]), and the figure draws `test_C_MAML[0]`, [1], [2] (In [32]).
UNSEEN, UNSEEN_TRAINED_ON = 3, 1


def where(id: str) -> str:
    """Repository, commit, notebooks and cells that a finding or observation rests on."""
    return told(REPOSITORY, COMMIT, SOURCES[id], "“MAML - LQR- {}.ipynb”,", "In [{}]")


TASKS, SAMPLES, RADIUS, HORIZON = 10, 20, 0.01, 500
# Initial state of the reported gaps, and mean and deviation of those the algorithm was given.
START = (0.25, 0.55, 0.35, 0.45)
TRAINING_MEAN, TRAINING_DEVIATION = 0.5, 1e-3


class Training(NamedTuple):
    """One run of the model-free algorithm; gaps of the nominal task."""

    step_size: float  #: Inner and outer step size, which were equal.
    level: float  #: Spectral heterogeneity level given to the generator, for all four matrices.
    #: Largest pairwise distances of A, B, Q, R that the notebook prints: Frobenius norms.
    heterogeneity: tuple[float, float, float, float]
    #: The levels that the figure's caption or its text gives for this run.
    quoted: tuple[float, float, float, float]
    iterations: Array  #: (X,)
    gaps: Array  #: (X,)

    def gap_at(self, iteration: float) -> float:
        """The gap at an iteration, between recorded ones on a straight line of its logarithm."""
        return float(np.exp(np.interp(iteration, self.iterations, np.log(self.gaps))))


class Adaptation(NamedTuple):
    """One run of model-free policy gradient on one unseen task."""

    K0: Array  #: Its start, (2, 4).
    step_size: float  #: As radius and samples, of the two-point estimate.
    radius: float
    samples: int
    iterations: Array  #: (X,)
    gaps: Array  #: (X,)


def _kept(last: int) -> Array:
    """Iterations that were kept of a run of `last`."""
    return np.unique([*range(11), *range(20, last + 1, 10), last]).astype(float)


def _numbers(text: str) -> Array:
    return np.array([float(word) for word in text.split()])


_LOWEST = (1.2e-3, 1.1e-3, 1.4e-3, 1.2e-3)

# S1 Figure 1, left, as published with the code: level 0.01, though the text quotes 1e-3.
# "MAML - LQR- Convergence.ipynb", In [17]; heterogeneity In [12].
FIGURE_1_LEFT = Training(
    8e-6,
    0.01,
    (0.012685, 0.010377, 0.013379, 0.011765),
    _LOWEST,
    _kept(200),
    _numbers("""
        19.832 14.371 9.6863 6.8711 5.8522 5.0233 4.1345 3.7781 3.4892 3.2791 3.1745 2.0878
        1.5503 1.2306 1.0346 0.90366 0.78522 0.68115 0.61105 0.55083 0.49115 0.43877 0.40278
        0.36846 0.33537 0.30762 0.28083 0.2599 0.24236 0.22829
    """),
)

# S1 Figure 1, middle: three levels of heterogeneity, each with its own step size.
# "MAML - LQR- Heterogeneity.ipynb", In [10], [11] and [14].
FIGURE_1_MIDDLE = (
    Training(
        8e-6,
        0.001,
        (0.0013386, 0.0011072, 0.0013177, 0.0011803),
        _LOWEST,
        _kept(500),
        _numbers("""
            19.832 12.548 10.182 6.9214 5.4297 4.6923 4.2962 3.9958 3.7108 3.4066 3.1684 2.0418
            1.5566 1.2692 1.075 0.91174 0.78867 0.69406 0.61295 0.55075 0.49177 0.44721 0.40958
            0.37036 0.33694 0.3064 0.28669 0.27037 0.25289 0.23665 0.22119 0.20831 0.19783
            0.1891 0.18047 0.17032 0.16427 0.15811 0.15203 0.14656 0.14263 0.139 0.13608 0.13322
            0.13084 0.12897 0.12685 0.12517 0.12386 0.12279 0.12181 0.12092 0.12039 0.11995
            0.11964 0.11935 0.11937 0.1194 0.11953 0.11961
        """),
    ),
    Training(
        4e-6,
        0.01,
        (0.013766, 0.011989, 0.013702, 0.011505),
        (1.3e-2, 1.1e-2, 1.4e-2, 1.2e-2),
        _kept(500),
        _numbers("""
            19.832 15.189 11.97 9.1487 7.3022 6.6639 5.5727 5.1098 4.5961 4.354 4.0991 2.9407
            2.3569 1.9168 1.5939 1.4075 1.2769 1.1581 1.0591 0.98404 0.91931 0.85221 0.79262
            0.73855 0.68363 0.64458 0.61103 0.57749 0.54663 0.51772 0.49219 0.46535 0.44355
            0.42252 0.40196 0.38649 0.36985 0.35314 0.33801 0.32391 0.31237 0.29993 0.28805
            0.27755 0.26764 0.25677 0.24856 0.24066 0.23342 0.2258 0.21868 0.21225 0.20487
            0.19962 0.19373 0.18882 0.18357 0.17953 0.1754 0.17145
        """),
    ),
    Training(
        9.5e-7,
        0.015,
        (0.021653, 0.018201, 0.021211, 0.015861),
        (1.7e-2, 1.8e-2, 1.9e-2, 1.7e-2),
        _kept(500),
        _numbers("""
            19.832 16.711 14.151 11.877 10.645 9.2492 8.739 8.4155 7.842 7.353 7.047 5.3512
            4.3833 3.8527 3.4751 3.1882 2.9867 2.7973 2.6277 2.4797 2.3557 2.2536 2.1584 2.0784
            2.002 1.9317 1.8657 1.8034 1.7407 1.682 1.6302 1.5784 1.5336 1.4943 1.4488 1.4117
            1.3777 1.3464 1.313 1.2833 1.2524 1.2201 1.1915 1.1636 1.1393 1.1161 1.093 1.0684
            1.0481 1.026 1.0063 0.98645 0.96705 0.95153 0.93692 0.9212 0.90188 0.88833 0.87152
            0.8565
        """),
    ),
)

# S1 Figure 1, right. Of the runs from the learned gain only a picture was published: gaps near
# 0.23 at the start, 0.13 to 0.15 at iterations 2 to 10 and 1e-3 at 300, with step size 1e-3.
# "MAML - LQR- Generalization.ipynb", In [26].
FIGURE_1_RIGHT_RANDOM = Adaptation(
    np.array(
        [
            [0.44341518, -1.58018724, 0.39255762, 0.3951213],
            [0.91843109, 0.5854466, -0.09645058, -0.55326515],
        ]
    ),
    3.5e-4,
    1e-5,
    50,
    _kept(299),
    _numbers("""
        3.797 1.3594 0.66106 0.52942 0.43275 0.37968 0.33335 0.30023 0.27437 0.25201 0.23775
        0.16159 0.14252 0.12893 0.11916 0.11021 0.10277 0.095825 0.089988 0.083601 0.077896
        0.073353 0.069217 0.065251 0.061129 0.057649 0.054648 0.051455 0.048729 0.04595
        0.043395 0.040907 0.038637 0.03673 0.034571 0.032708 0.030827 0.029226 0.027599
        0.026277
    """),
)
