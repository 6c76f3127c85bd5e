r"""One value of each of the book's constants, worked out by hand on systems with one state.

Fractions and square roots of them, from the formulas as the chapters print them and not from other
constants. The systems, all x+ = (a + noise) x + (b + noise) u:

=======  ======================================================  =======================
name     data                                                    gain
=======  ======================================================  =======================
QUIET    a = 1/2, b = 1, Q = 1, R = 5, Sigma0 = 1                1/4; the best is 1/10
NOISY    a = 1/2, b = 2, Q = 2, R = 3, Sigma0 = 3,               0; the best is 1/6
         alpha = 1/4, beta = 1
START    a = 0, b = 1, Q = R = Sigma0 = 1                        1/sqrt 3; the best is 0
=======  ======================================================  =======================

At 1/4 QUIET has A_K = 1/4, P = C = 7/5, Sigma = 16/15, E = 9/10, R_K = 32/5 and gap 3/20. At 0
NOISY has A_K = 1/2, P = 4, C = 12, Sigma = 6, R_K = 23, gap 3, nu = 2, a = 1, b = 5; at its best
gain P = 3 and Sigma = 108/25. START costs 2, and 1 at best.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lqrlib import LQR, systems
from lqrpapers.constants import (
    corrected,
    heterogeneity,
    journal,
    magnitudes,
    meta,
    printed,
    sharp,
    sublevel,
)
from lqrpapers.constants.magnitudes import noise_weight, printed_noise_weight
from lqrpapers.constants.suprema import suprema

QUIET, K1 = systems.scalar(0.5, 1.0, 1.0, 5.0), np.array([[0.25]])
NOISY, K0 = systems.scalar(0.5, 2.0, 2.0, 3.0, 3.0, 0.25, 1.0), np.zeros((1, 1))
START, K2 = systems.scalar(0.0, 1.0, 1.0, 1.0), np.array([[3**-0.5]])
TWO = LQR.stack([START, START.replace(Q=[[2.0]], R=[[2.0]])])  # weights 1 and 2
OTHER = systems.scalar(0.5, 1.0, 1.0, 1.0)  # START with a = 1/2: at 0, P = Sigma = nu = 4/3
OVER = meta.Suprema(
    *(np.asarray(x) for x in (3.0, 4.0, 5.0, [0.5, 0.5], [2.0, 8.0], [9.0, 1.0], [9.0, 1.0])),
    *(np.asarray(x) for x in (7.0, 0.5, 2.0, 3.0)),
    inputs=2,
    tasks=2,
)
PINNED: dict[str, list[tuple[Callable[[], Any], Any]]] = {}
root = np.sqrt


def pin(name: str, call: Callable[[], Any], *values: Any) -> None:
    """A function's value, or those of the fields of its result in their order, after its name."""
    first, *fields = name.split()
    for index, value in enumerate(values):
        if fields:
            PINNED.setdefault(f"{first}.{fields[index]}", []).append(
                (lambda f=fields[index]: getattr(call(), f), value)
            )
        else:
            PINNED.setdefault(first, []).append((call, value))


# --- magnitudes -----------------------------------------------------------------------------------
pin("magnitudes.noise_weight", lambda: noise_weight(NOISY), 1)
pin("magnitudes.printed_noise_weight", lambda: printed_noise_weight(NOISY), 1)
# K = 1/8: A_K = 1/4, f = 1/16 + 1/4 + 1/64 = 21/64, P = (2 + 3/64)/(1 - f), Sigma = 3/(1 - f)
pin(
    "magnitudes.magnitudes cost optimal_cost gap mu q r A B Q R Sigma0 K A_K P Sigma R_K trace BPA"
    " BPA_frobenius optimal_Sigma noise printed_noise",
    lambda: magnitudes(NOISY, [[0.125]]),
    *(393 / 43, 9, 6 / 43, 3, 2, 3, 1 / 2, 2, 2, 3, 3, 1 / 8, 1 / 4, 131 / 43, 192 / 43, 784 / 43),
    *(3, 131 / 43, 131 / 43, 108 / 25, 1, 1),
)
# nu = C/(3 2), a = 1/4 2 + 1/8, b = 4 + 1
pin(
    "magnitudes.Magnitudes nu a b",
    lambda: magnitudes(NOISY, [[0.125]]),
    *(131 / 86, 5 / 8, 5),
)
# C = 12: K^2 = (12 - 2 3)/(3 3), A_K^2 = nu - 1 = 1, P = 12/3, Sigma = 12/2, R_K = 3 + 5 4
pin(
    "magnitudes.sublevel cost optimal_cost gap mu q r A B Q R Sigma0 K A_K P Sigma R_K trace BPA"
    " BPA_frobenius optimal_Sigma noise printed_noise",
    lambda: sublevel(NOISY, 12.0),
    *(12, 9, 3, 3, 2, 3, 1 / 2, 2, 2, 3, 3, root(2 / 3), 1, 4, 6, 23, 3, 4, 4, 108 / 25, 1, 1),
)

# --- printed: QUIET at 1/4, nu = 7/5, A_K + 1 = 5/4, h_Delta = 1/(4 7/5 5/4) = 1/7 ---------------
H0 = root(24) / 5  # sqrt(32/5 3/20)
H_COST = 193 / 16  # 4 7/5 5 (1/4 + 1/14 + 1/16 5/4 7/5)
H_GRAD = 28 / 5 * (5 + 25 / 28 * H_COST * 7 / 5 + 7 / 5) + 8 * 49 / 25 * 5 / 4 * H0
XI = 34 / 5  # 2 7/5 + 5 - 1
H_H = (10 + 14 / 5 + 4 * root(2) * XI * 7 / 5) * 7 / 5
pin("printed.smoothness_radius", lambda: printed.smoothness_radius(QUIET, K1), 1 / 7)
pin("printed.cost_smoothness", lambda: printed.cost_smoothness(QUIET, K1), H_COST)
pin("printed.E_bound", lambda: printed.E_bound(QUIET, K1), H0)
pin("printed.gradient_bound", lambda: printed.gradient_bound(QUIET, K1), 7 / 5 * H0)
pin("printed.gain_bound", lambda: printed.gain_bound(QUIET, K1), (H0 + 7 / 10) / 5)
pin("printed.hessian_bound", lambda: printed.hessian_bound(QUIET, K1), H_H)
pin("printed.gradient_smoothness", lambda: printed.gradient_smoothness(QUIET, K1), H_GRAD)
pin(
    "printed.gradient_constant",
    lambda: printed.gradient_constant(magnitudes(QUIET, K1), np.asarray(H_COST), np.asarray(1 / 7)),
    H_GRAD,
)
# e = 5/4 + 7/5 (1/4 + 1/2) = 23/10, weight = 21/16, value = 4/16 21/16 49/25 = 1029/1600
VALUE, COV = 1029 / 1600, 4 * 23 / 10 * 49 / 25 / 4
pin(
    "printed.gradient_heterogeneity A B Q R",
    lambda: printed.gradient_heterogeneity(QUIET, K1),
    7 / 5 * (7 / 5 + VALUE) + COV,
    7 / 5 * (7 / 20 + 7 / 20 + VALUE / 4) + COV / 4,
    7 / 5 * 7 / 20,
    7 / 5 * (1 / 4 + 7 / 320),
)
pin("printed.gradient_domination", lambda: printed.gradient_domination(NOISY, K0), 25)
pin("printed.natural_gradient_step", lambda: printed.natural_gradient_step(NOISY, K0), 1 / 46)
for method, rate in (("gauss_newton", 25 / 18), ("natural_gradient", 25 / 6), ("gradient", 12.5)):
    pin("printed.decrease", lambda m=method: printed.decrease(NOISY, K0, method=m), rate)
# 2 R_K Sigma - 4 P' A_K Sigma with P' = 2 9/10 16/15 = 48/25
pin("printed.hessian", lambda: printed.hessian(QUIET, K1, [[1.0]]), 4352 / 375)
pin("printed.hessian_matrix", lambda: printed.hessian_matrix(QUIET, K1), 4352 / 375)

# --- corrected: QUIET at 1/4 ----------------------------------------------------------------------
H_COST2 = 4 * (45 / 28 + 147 / 64)  # 4 (5 (1/4 + 1/14) + 5/4 7/5 (1 + 5/16))
H_GRAD2 = 28 / 5 * (5 + 25 / 28 * H_COST2 * 7 / 5 + 7 / 5) + 8 * 49 / 25 * 5 / 4 * H0
pin("corrected.gradient_bound", lambda: corrected.gradient_bound(QUIET, K1), 14 / 5 * H0)
pin("corrected.gain_bound", lambda: corrected.gain_bound(QUIET, K1), (H0 + 7 / 10) / 5)
pin("corrected.cost_smoothness", lambda: corrected.cost_smoothness(QUIET, K1), H_COST2)
H_H2 = 14 / 5 * (5 + 7 / 5 + 7 / 5 * H0)  # 4 A_K nu h_0 = 4/4 7/5 h_0
pin("corrected.hessian_bound", lambda: corrected.hessian_bound(QUIET, K1), H_H2)
pin("corrected.gradient_smoothness", lambda: corrected.gradient_smoothness(QUIET, K1), H_GRAD2)
pin(
    "corrected.gradient_heterogeneity A B Q R",
    lambda: corrected.gradient_heterogeneity(QUIET, K1),
    14 / 5 * (7 / 5 + VALUE / 2) + COV,  # value with 2 for 4
    14 / 5 * (7 / 20 + 7 / 20 + VALUE / 8) + COV / 4,
    14 / 5 * 7 / 20,
    14 / 5 * (1 / 4 + 7 / 320),
)

# --- sharp: NOISY at 0, h_Delta = (sqrt(1 + 5/4) - 1)/5 = 1/10, where phi = 1/4 -------------------
D = {"distance": 0.1}
S0 = root(23)  # h_0 = sqrt(23 3/3)
P_, E_ = 103 / 25, 212 / 25  # p = 4 3/100 + 4 1/4 4, e = (3 + 5 (4 + p))/10 + p
G_ = 24 * (E_ + S0 / 2)  # 4 6 (e + 2 h_0/4)
# b p + nu phi r_K + 8 (e + h_0/2) 3/2 2 + 4 h_0 (3/2 + 1/2)
X_ = 24 * (5 * P_ + 23 / 2 + 24 * (E_ + S0 / 2) + 8 * S0)
pin("sharp.operator_change", lambda: sharp.operator_change(NOISY, K0, **D), 1 / 4)
pin("sharp.stability_radius", lambda: sharp.stability_radius(NOISY, K0), (root(3.5) - 1) / 5)
pin("sharp.smoothness_radius", lambda: sharp.smoothness_radius(NOISY, K0), 1 / 10)
pin("sharp.covariance_change", lambda: sharp.covariance_change(NOISY, K0, **D), 1)
pin("sharp.value_change", lambda: sharp.value_change(NOISY, K0, **D), P_)
pin("sharp.cost_change", lambda: sharp.cost_change(NOISY, K0, **D), 3 * P_)
pin("sharp.E_change", lambda: sharp.E_change(NOISY, K0, **D), E_)
pin("sharp.E_bound", lambda: sharp.E_bound(NOISY, K0), S0)
pin("sharp.gradient_bound", lambda: sharp.gradient_bound(NOISY, K0), 12 * S0)
pin("sharp.gain_bound", lambda: sharp.gain_bound(NOISY, K0), root(2 / 3))
pin("sharp.gradient_change", lambda: sharp.gradient_change(NOISY, K0, **D), G_)
pin("sharp.gradient_smoothness", lambda: sharp.gradient_smoothness(NOISY, K0), 10 * G_)
pin("sharp.hessian_bound", lambda: sharp.hessian_bound(NOISY, K0), 12 * (23 + 8 * S0))
pin("sharp.hessian_change", lambda: sharp.hessian_change(NOISY, K0, **D), X_)
pin("sharp.hessian_smoothness", lambda: sharp.hessian_smoothness(NOISY, K0), 10 * X_)
pin("sharp.natural_gradient_step", lambda: sharp.natural_gradient_step(NOISY, K0), 1 / 46)
# 2 d + 5 d^2 = 1/32 over |gradient| = 2 4 6; at the best gain 2/(5 9 (3 + 5 3))
first_step = (root(1 + 5 / 32) - 1) / 5 / 48
pin("sharp.gradient_step", lambda: sharp.gradient_step(NOISY, K0), first_step)
pin("sharp.gradient_step", lambda: sharp.gradient_step(NOISY, [[1 / 6]]), 1 / 405)

# --- journal --------------------------------------------------------------------------------------
pin("journal.input_weight", lambda: journal.input_weight(NOISY, K0), (1 + root(37 / 32)) / 3)
# the gradient is 2 (-4) 6: 1/(4 2 48 3/2) is less than 2/(12 23)
pin("journal.gradient_step", lambda: journal.gradient_step(NOISY, K0, weight=2.0), 1 / 576 / 16)
pin("journal.robust_margin", lambda: journal.robust_margin(-0.6, 0.64), 2 / 5)
pin("journal.shift_margin", lambda: journal.shift_margin(0.6), 1 / 4)

# --- two tasks: OTHER and START at 0, w = 1/2, delta = 1/4 ---------------------------------------
# s = p = 4/3 1/4, e = 1/2 p + 1/2 = 2/3, gradient 2 e 4/3
pin(
    "heterogeneity.differences Sigma P E gradient gradient_frobenius",
    lambda: heterogeneity.differences(OTHER, START, K0),
    *(1 / 3, 1 / 3, 2 / 3, 16 / 9, 16 / 9),
)
pin(
    "heterogeneity.frobenius_distances",
    lambda: heterogeneity.frobenius_distances(np.array([[[3.0]], [[0.0]]])),
    [[0, 3], [3, 0]],
)
# TWO over C <= (2, 4): K <= 1, A_K = 1, Sigma <= 2, nu = 2; p = 2 (1 + 1), e = 1 + p, 2 e 2 = 20
pin(
    "heterogeneity.sublevel_distances",
    lambda: heterogeneity.sublevel_distances(TWO, sublevel(TWO, [2.0, 4.0])),
    [[0, 20], [20, 0]],
)
# of TWO the second has twice the first's: L = 2 4/2 (2 + 4 + 4 2 2 sqrt 3), gradient 2 2 2 sqrt 3
pin(
    "suprema.suprema smoothness hessian gradient heterogeneity domination start_gap gap cost mu"
    " q r",
    lambda: suprema(TWO, K2, "sharp"),
    *(24 + 64 * root(3), 24 + 64 * root(3), 8 * root(3), [10, 10], [4, 8], [1, 2], [1, 2]),
    *(4, 1, 1, 1),
)
