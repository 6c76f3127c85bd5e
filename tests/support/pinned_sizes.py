"""Sample sizes and the numbers of S1's Theorems 10 to 13, worked out by hand: more of `pinned`."""

from __future__ import annotations

import numpy as np
from numpy import ceil, log
from pinned import (
    H0,
    H_COST,
    H_COST2,
    H_GRAD,
    H_GRAD2,
    H_H,
    K0,
    K1,
    K2,
    NOISY,
    OVER,
    PINNED,
    QUIET,
    S0,
    START,
    X_,
    pin,
    root,
)

from lqrpapers.constants import SampleSizes, estimates, magnitudes, meta, sample_sizes

__all__ = ["PINNED"]

# --- Theorem 4.1: START, down to a gap of 1/2 -----------------------------------------------------
# Over C <= 2: nu = P = Sigma = 2, K <= 1, A_K <= 1, a = b = 1, R_K = 3, h_0 = sqrt 3, lambda = 4,
# h = h_Delta has 2 h + h^2 = 1/4, so p(h) = 4 h (2 + h) + 4 1/4 2 = 3, e(h) = (1 + 2 + 3) h + 3
h, s3 = root(5) / 2 - 1, root(3)
L = 4 * (3 + 8 * s3)
e_h = 6 * h + 3
h_grad = 8 * (e_h + s3 / 2) / h
h_hess = 8 * (3 + 3 / 2 + 16 * (e_h + s3 / 2) * (1 + h) + 4 * s3 * (1 + 2 * h)) / h
T = ceil(4 * L / 4 * log(1 / (1 / 2)))
epsilon = 1.0  # sqrt(4 1/2 / 2)
r = min(h, max(epsilon / (3 * h_grad), root(2 * epsilon / (3 * h_hess))))
C_ = 2 + 12 * r * (2 + r)  # and P: C/mu + 4 r (2 + r) + 4 (2 r + r^2) 2
pin(
    "sampling.sample_sizes step_size iterations error radius horizon samples cost_bound",
    lambda: sample_sizes(START, K2, 0.5),
    *(1 / L, T, epsilon, r, ceil(C_ * log(3 * C_ / r))),
    ceil((72 * (C_ / r) ** 2 + 8 * C_ / r) * log(T / 0.1)),
    C_,
)
sizes = SampleSizes(1.0, 2, 1.0, 1.0, 3, 5, 1.0)
pin("sampling.SampleSizes steps", lambda: sizes, 30)


# --- estimates ------------------------------------------------------------------------------------
def vector(error: float, deviation: float, bound: float) -> float:
    """S with sigma (1 + sqrt(2 l))/sqrt S + 4 b l/(3 S) = error, l = log 10: a root in sqrt S."""
    one, two = deviation * (1 + root(2 * log(10))), 4 / 3 * bound * log(10)
    return float(ceil(np.roots([error, -one, -two]).max() ** 2))


def matrix(error: float, deviation: float, bound: float) -> float:
    """TR Lemma 16 for 1 x 1 matrices and failure 1/10."""
    return float(ceil(2 / error**2 * (deviation**2 + bound * error / 3) * log(20)))


SIZE = " radius samples bound deviation bias"
pin(
    "estimates.matrix_bernstein_samples",
    lambda: estimates.matrix_bernstein_samples(0.5, 2.0, 3.0, 0.1, 1, 1),
    ceil(8 * (4 + 3 * 0.5 / 3) * log(20)),
)
pin(
    "estimates.vector_bernstein_samples",
    lambda: estimates.vector_bernstein_samples(0.5, 2.0, 3.0, 0.1),
    vector(0.5, 2.0, 3.0),
)
for form, cost, grad, h_G in (
    ("printed", H_COST, H_GRAD, 7 / 5 * H0),
    ("corrected", H_COST2, H_GRAD2, 14 / 5 * H0),
):
    change, centre = 2 * cost * 7 / 5, 1 / 2 + h_G  # error 1
    pin(
        "estimates.gradient_size" + SIZE,
        lambda f=form: estimates.gradient_size(QUIET, K1, 1.0, form=f),
        min(1 / 7, 1 / cost, 1 / (2 * grad)),
        matrix(1 / 2, np.hypot(change, centre), change + centre),
        *(change + centre, np.hypot(change, centre), 1 / 2),
    )
# NOISY: g = 12 sqrt 23, M = 10 X, d = 1
r = min(1 / 10, root(3 / (2 * 10 * X_)))
bias = 10 * X_ * r**2 / 6
pin(
    "estimates.gradient_size" + SIZE,
    lambda: estimates.gradient_size(NOISY, K0, 1.0, form="sharp"),
    *(r, vector(1 - bias, 12 * S0 + bias, 12 * S0 + bias), 12 * S0 + bias, 12 * S0 + bias, bias),
)
# c = sqrt 4 = 2, H = 12 (23 + 8 sqrt 23)
r = min(1 / 10, 3 / (4 * 10 * X_))
bias, most = 10 * X_ * r / 3, 12 * (23 + 8 * S0) + 10 * X_ * r / 3
pin(
    "estimates.hessian_size" + SIZE,
    lambda: estimates.hessian_size(NOISY, K0, 1.0, form="corrected"),
    *(r, vector(1 - bias, most, most), most, most, bias),
)
# h_hess of TR Lemma 15: QUIET, ~mu = 1 + 7, h_4 = 4 49/25 5/4 = 49/5, h_9 = 2 (5/4 + 7/20) = 16/5
h3 = 6 * 49 / 25 / 16 * 5 * 5 / 4 + 6 * 7 / 5 / 4 * 5
h7 = 4 * (7 / 5 * (32 / 5 + 3 / 4 * h3) + 8 * 49 / 25 * 5 / 4 * 16 / 5)
h1 = h3 * 7 / 5 + 8 * 49 / 5 * 7 / 5 + 49
h2 = 7 / 5 * (root(34 / 5) * (49 / 20 + 8 * 7 / 5) + 8 * h7)
h_hess = 2 * (h1 + 2 * h2)
pin(
    "estimates.printed_hessian_smoothness",
    lambda: estimates.printed_hessian_smoothness(QUIET, K1),
    h_hess,
)
r = min(1 / 7, 1 / H_COST, 1 / (2 * h_hess))
change, centre = (1 + r**2) / r * H_COST * 7 / 5, 1 / 2 + H_H
pin(
    "estimates.hessian_size" + SIZE,
    lambda: estimates.hessian_size(QUIET, K1, 1.0),
    r,
    matrix(1 / 2, np.hypot(change, centre), change + centre),
    *(change + centre, np.hypot(change, centre), 1 / 2),
)
# NOISY: gamma = 1 - 2/4, 2 6 (2 sqrt 23/8 + 3/4 4)
pin(
    "estimates.truncated_gradient_error",
    lambda: estimates.truncated_gradient_error(magnitudes(NOISY, K0), 3),
    12 * (S0 / 4 + 3),
)

# --- meta: OVER has L = 3, h_H = 4, h_G = 5, f = 1/2, lambda = (2, 8), Delta_0 = (9, 1), m = 2 ----
PAIR = np.array([2.0, 8.0])
wide = root(12 * 9 * 4 + 16)
pin("meta.printed_steps inner outer", lambda: meta.printed_steps(OVER), 1 / root(12) / wide, 1 / 12)
pin(
    "meta.printed_steps inner outer",
    lambda: meta.printed_steps(OVER, model_free=True),
    *(1 / root(20) / wide, 1 / 24),
)
pin(
    "meta.printed_heterogeneity_limit",
    lambda: meta.printed_heterogeneity_limit(OVER),
    root(1 / 288),
)
# f = 1/2 is more than sqrt(8/(288 8)), but not than sqrt(800/(288 8))
pin("meta.printed_admits", lambda: meta.printed_admits(OVER), False)
near = meta.Suprema(**{**vars(OVER), "start_gap": 100 * OVER.start_gap})
pin("meta.printed_admits", lambda: meta.printed_admits(near), True)
pin("meta.printed_rate", lambda: meta.printed_rate(OVER, 0.1), 1 - PAIR / 80)
pin("meta.printed_bias", lambda: meta.printed_bias(OVER), 288 / PAIR)
pin("meta.printed_bias", lambda: meta.printed_bias(OVER, model_free=True), 480 / PAIR)
# 96 7 8 1/4 / (1/4 3 2), and 288/lambda more in the report
pin("meta.printed_optimum_bias", lambda: meta.printed_optimum_bias(OVER), [896, 896])
pin(
    "meta.printed_optimum_bias",
    lambda: meta.printed_optimum_bias(OVER, report=True),
    896 + 288 / PAIR,
)
pin("meta.kappa", lambda: meta.kappa(0.1, 3.0), 0.69)
# s (2 + s) = 9/16 at s = 1/4
pin("meta.sharp_steps inner outer", lambda: meta.sharp_steps(OVER, 9 / 16), 1 / 12, 1 / 3)
pin("meta.sharp_rate", lambda: meta.sharp_rate(OVER, 0.1, 0.25), 1 - 3 / 80 * PAIR)
pin("meta.sharp_gradient", lambda: meta.sharp_gradient(OVER, 0.25, 0.125), [1, 1])
pin("meta.sharp_bias", lambda: meta.sharp_bias(OVER, 0.25, 0.125), 1 / PAIR)
pin("meta.sharp_invariant", lambda: meta.sharp_invariant(OVER, 0.25), True)
pin("meta.sharp_invariant", lambda: meta.sharp_invariant(OVER, 0.9), False)
# kappa_H = 1/4 and eta_l L = 1/10: 1/4 + 5/4 1/10, and 5/4 11/10
pin("meta.Errors kappa", lambda: meta.Errors(), 3 / 8)
pin("meta.Errors.outer", lambda: meta.Errors().outer(np.asarray(1.0)), 11 / 8)
