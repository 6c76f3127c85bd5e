"""S2's suspension (Figure 1), its remark on noise, and how much noise a gain survives."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike

from lqrlib import LQR, NotStabilizableError, objective, optimality_gap, solve, systems
from lqrlib.matrices import frobenius_norm, transpose
from lqrlib.validation import Array
from lqrpapers.studies.moments import second_moment_matrix
from lqrpapers.studies.robustness import critical_scale, like_the_weights, scaled_noise

from ..constants import magnitudes, printed, sample_sizes, sharp
from .registry import Inequalities, Sides, claim

# What the text of Figure 1 leaves open: "minimized" is a relative gap of a thousandth, "slightly
# suboptimal" five per cent.
MINIMISED = 1e-3
SLIGHTLY = 0.05


def _agreement(recorded: ArrayLike, repeated: ArrayLike, tolerance: float) -> Sides:
    """Relative differences of two tables of costs; infinite costs must stand in the same places."""
    first, second = np.asarray(recorded, dtype=float), np.asarray(repeated, dtype=float)
    if first.shape != second.shape:
        raise ValueError(f"repeated: expected shape {first.shape}, got {second.shape}")
    with np.errstate(invalid="ignore"):
        difference = np.where(first == second, 0.0, np.abs(second / first - 1))
    difference = np.where(np.isfinite(difference), difference, np.inf)
    return Sides("recorded costs, with the published solver", difference, tolerance)


@claim("s2-fig-1a", aware=True)
@claim("s2-fig-1b", aware=False)
def descent_with_noise_in_mind_or_not(
    problem: LQR,
    gains: ArrayLike,
    recorded: ArrayLike | None = None,
    repeated: ArrayLike | None = None,
    *,
    tolerance: float = 1e-9,
    aware: bool,
) -> Inequalities:
    """What a run minimises, with noise (a) or without (b), and what becomes of the other cost.

    For the problem with noise and the iterates `gains` (T, m, n): (a) descent on the cost with
    noise keeps the cost without noise finite, (b) descent on the cost without noise ends unstable
    in the mean square. Costs recorded by the authors agree with ours, repeated by their solver.
    """
    K, quiet = objective.gain_array(problem, gains), problem.without_noise()
    meant, other, name = (problem, quiet, "with") if aware else (quiet, problem, "without")

    def gap(each: LQR) -> Array:
        least = objective.cost(each, objective.optimal_gain(each))
        return objective.cost(each, K[-1]) / least - 1

    costs, radius = objective.cost(meant, K), objective.mean_square_radius(other, K)
    yield Sides(f"the cost {name} noise falls at every step", costs[1:], costs[:-1], role="guard")
    yield Sides(f"the cost {name} noise is minimised", gap(meant), MINIMISED)
    if aware:
        yield Sides("every iterate stabilizes without noise", radius, 1.0, role="guard")
        yield Sides("the cost without noise ends slightly suboptimal", gap(quiet), SLIGHTLY)
    else:
        yield Sides("the start is stabilizing with noise", radius[0], 1.0, role="guard")
        yield Sides("the end is not", 1.0, radius[-1], role="guard")
    if recorded is not None and repeated is not None:
        yield _agreement(recorded, repeated, tolerance)


# Of Remark 4.2: how many members of a stack are asked for sample sizes, and to which gap.
SIZED, AIM = 5, 0.05
# Fractions of its critical scale at which a gain stabilizes, and at which it does not.
BELOW, ABOVE = (0.5, 1 - 1e-6), (1 + 1e-6, 2.0)
# Relative errors: of a number, of a gain, and of a growth per sweep after so many.
EXACT, SAME_GAIN, GROWTH, SWEEPS = 1e-8, 1e-6, 0.02, 512
# Variances of state and input noise: little, as much, and more than the weights say.
SHARES = (0.02, 0.05), (0.05, 0.05), (0.05, 0.02)
# Relative change of a gain that noise does not move.
UNMOVED = 1e-12


@claim("s2-rem-4.2", rates=True)
@claim("s2-rem-4.2", form="corrected", rates=False)
def noise_raises_every_quantity(problem: LQR, K: ArrayLike, *, rates: bool) -> Inequalities:
    """At a gain that stabilizes with noise: what noise raises, and the steps that it shrinks.

    The remark adds the rates that these steps promise and the sizes of Theorem 4.1 (recorded for
    our sizes and the same small gap, of `SIZED` members). The corrected form leaves out both: they
    contain the covariance of the optimal gain, which noise moves.
    """
    objective.require_stabilizing(problem, K)
    quiet = problem.without_noise()
    without, at = magnitudes(quiet, K), magnitudes(problem, K)
    yield Sides("C(K)", without.cost, at.cost)
    yield Sides("‖P_K‖", without.P, at.P)
    yield Sides("‖Σ_K‖", without.Sigma, at.Sigma)
    size = without.B**2 + without.printed_noise
    yield Sides("‖B‖² + Σβ_j‖B_j‖²", size, at.B**2 + at.printed_noise, role="guard")
    step = printed.natural_gradient_step
    yield Sides("step size of S2 Theorem 3.5", step(problem, K), step(quiet, K))
    radius = sharp.smoothness_radius
    yield Sides("exploration radius", radius(at), radius(without))
    if rates:
        noisy_rate, quiet_rate = (
            step(each, K) * printed.decrease(each, K, method="natural_gradient")
            for each in (problem, quiet)
        )
        yield Sides("promised rate of S2 Theorem 3.5", noisy_rate, quiet_rate)
        sizes = [_sizes(*each) for each in islice(_members(problem, K), SIZED)]
        without_noise, with_noise = np.moveaxis(np.array(sizes, dtype=float), 1, 0)
        for part, column in (("samples N", 0), ("length ℓ", 1), ("1 / radius r", 2)):
            sides = without_noise[:, column], with_noise[:, column]
            yield Sides(f"our {part}", *sides, role="record")


def _members(problem: LQR, K: ArrayLike) -> Iterable[tuple[LQR, Array]]:
    """The problems of a stack, each with its gain."""
    gain = objective.gain_array(problem, K)
    return zip(problem, gain, strict=True) if problem.batch_shape else [(problem, gain)]


def _sizes(problem: LQR, K: Array) -> list[tuple[float, float, float]]:
    """Samples, length and 1 / radius without noise and with it, for the same gap."""
    both = problem.without_noise(), problem
    aim = AIM * min(min(each.optimum.cost, optimality_gap(each, K)) for each in both)
    sizes = [sample_sizes(each, K, float(aim)) for each in both]
    return [(float(each.samples), float(each.horizon), 1 / each.radius) for each in sizes]


@claim("ours-critical-scale")
def noise_up_to_the_critical_scale(problem: LQR, K: ArrayLike) -> Inequalities:
    """Stabilizing below s_c(K), not above; at s_c(K) sweeps from zero neither shrink nor grow."""
    quiet = problem.without_noise()
    objective.require_stabilizing(quiet, K)
    gain, critical = objective.gain_array(problem, K), critical_scale(problem, K)

    def radii(fractions: tuple[float, ...]) -> Array:
        scaled = (scaled_noise(problem, each * critical) for each in fractions)
        return np.stack([objective.mean_square_radius(each, gain) for each in scaled])

    yield Sides("stabilizes below", radii(BELOW), 1.0)
    yield Sides("does not above", 1.0, radii(ABOVE))
    still = second_moment_matrix(quiet, gain)
    noise = critical[..., None, None] * (second_moment_matrix(problem, gain) - still)
    plain = np.eye(still.shape[-1]) - still
    start = np.broadcast_to(problem.Sigma0, gain.shape[:-2] + problem.A.shape[-2:])
    first = np.linalg.solve(plain, start.reshape(*start.shape[:-2], -1, 1))
    last = np.linalg.matrix_power(np.linalg.solve(plain, noise), SWEEPS) @ first
    grown = np.linalg.norm(last, axis=(-2, -1)) / np.linalg.norm(first, axis=(-2, -1))
    yield Sides("factor of the sweeps", np.abs(grown ** (1 / SWEEPS) - 1), GROWTH)


@claim("ours-common-kick")
def noise_that_kicks_in_one_direction(problem: LQR, w: ArrayLike, K: ArrayLike) -> Inequalities:
    """For noise along w (..., n): what K survives, the most that any gain does, and which one."""
    gain, kick, quiet = objective.gain_array(problem, K), np.asarray(w), problem.without_noise()
    square = kick[..., :, None] * kick[..., None, :]
    (alpha, A_i), (beta, B_j) = problem.state_noise, problem.input_noise
    row = kick / np.sum(kick**2, axis=-1, keepdims=True)
    a, b = ((row[..., None, None, :] @ each)[..., 0, :] for each in (A_i, B_j))
    V, Y = (transpose(rows) @ (size[..., None] * rows) for size, rows in ((alpha, a), (beta, b)))
    judge = quiet.replace(Q=V, R=Y, Sigma0=square)
    survived, best = critical_scale(problem, gain), judge.optimum.K
    yield Sides("its noise-free cost", np.abs(survived * objective.cost(judge, gain) - 1), EXACT)
    most = 1 / objective.cost(judge, best)
    yield Sides("no gain survives more", survived, most)
    error = np.abs(critical_scale(problem, best) / most - 1)
    yield Sides("the best survives as much", error, EXACT)
    for fraction, part in ((0.5, "half"), (0.99, "most")):
        designed = scaled_noise(problem, fraction * most)
        P = designed.optimum.P
        weight = (fraction * most * np.sum(P * square, axis=(-2, -1)))[..., None, None]
        same = quiet.replace(Q=problem.Q + weight * V, R=problem.R + weight * Y).optimum.K
        error = frobenius_norm(designed.optimum.K - same) / frobenius_norm(same)
        yield Sides(f"optimal gain at {part} of it", error, SAME_GAIN)


# Noise of the weights' shape up to these fractions of the level at which no gain is left.
FRACTIONS = (0.1, 0.5, 0.9, 0.99)


@claim("ours-invisible-noise")
def noise_in_proportion_to_the_weights(problem: LQR, W: ArrayLike) -> Inequalities:
    """Noise c times <Q + K'RK, X> W (..., n, n) on a problem without noise: gain, value and limit.

    Relative errors, at fractions of the limit c = 1 / tr PW; and one state with unequal shares.
    """
    kick, P, K = np.asarray(W, dtype=float), problem.optimum.P, problem.optimum.K
    limit = 1 / np.sum(P * kick, axis=(-2, -1))
    for c in FRACTIONS:
        noisy = like_the_weights(problem, kick, c * limit)
        error = frobenius_norm(noisy.optimum.K - K) / frobenius_norm(K)
        yield Sides(f"the gain at {c} of the limit", error, UNMOVED)
        value = frobenius_norm((1 - c) * noisy.optimum.P - P) / frobenius_norm(P)
        yield Sides(f"the value at {c} of the limit", value, EXACT)
        survived = np.abs(c * critical_scale(noisy, K) - 1)
        yield Sides(f"what it survives at {c} of the limit", survived, EXACT)
    most = like_the_weights(problem, kick, limit)
    gains = [K, 1.01 * K, 0.99 * K]
    yield Sides("no gain survives more", [critical_scale(most, each) for each in gains], 1.0)
    unequal = (systems.scalar(0.9, 1.0, 1.0, 1.0, 1.0, *each) for each in SHARES)
    less, same, more = (float(each.optimum.K[0, 0]) for each in unequal)
    yield Sides("unequal shares move the gain", [less, same], [same, more], -1e-3, role="guard")


@claim("ours-suspension-family")
def charges_on_force(problem: LQR, charges: ArrayLike) -> Inequalities:
    """For one problem as the suspension and rising charges (S,) from 1 to 2 on force."""
    r = np.asarray(charges, dtype=float)
    if r[0] != 1 or r[-1] != 2:
        raise ValueError(f"charges: expected numbers from 1 to 2, got {charges!r}")
    w, alpha = problem.input_noise.directions[0, :, 0], problem.state_noise.variances[0]
    charged = problem.without_noise().replace(R=r[:, None, None])
    gains, p = charged.optimum.K, w @ charged.optimum.P @ w
    scales, most = (r - 1) / (alpha * p), 1 / (alpha * p[-1])
    designed = scaled_noise(problem, scales[:-1]).optimum.K
    error = frobenius_norm(designed - gains[:-1]) / frobenius_norm(gains[:-1])
    yield Sides("gains of all scales", error, EXACT)
    yield Sides("the scale rises with the charge", scales[:-1], scales[1:], role="guard")
    survived = critical_scale(problem, gains)
    yield Sides("so does what is survived", survived[:-1], survived[1:], role="guard")
    yield Sides("the last survives the most", np.abs(survived[-1] / most - 1), EXACT)
    exists = [_stabilizable(scaled_noise(problem, most * each)) for each in (BELOW[-1], ABOVE[0])]
    yield Sides(
        "a gain exists just below, none above", [1, 1], [exists[0], not exists[1]], role="guard"
    )


def _stabilizable(problem: LQR) -> bool:
    try:
        solve(problem)
    except NotStabilizableError:
        return False
    return True
