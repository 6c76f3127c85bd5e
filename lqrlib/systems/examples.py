"""The papers' own systems, classics, and systems brought along."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..problem import LQR
from ..validation import Array, real_number


def scalar(
    a: float,
    b: float,
    q: float,
    r: float,
    sigma0: float = 1.0,
    state_variance: float = 0.0,
    input_variance: float = 0.0,
) -> LQR:
    """One state, one input: x+ = (a + delta) x + (b + gamma) u, the smallest counterexamples."""
    alpha = real_number("state_variance", state_variance, positive=False)
    beta = real_number("input_variance", input_variance, positive=False)
    noises = [(variance, 1.0) if variance else None for variance in (alpha, beta)]
    return LQR(a, b, q, r, sigma0, *noises)


def from_state_space(
    system: Any,
    Q: ArrayLike,
    R: ArrayLike,
    Sigma0: ArrayLike | None = None,
    state_noise: Any = None,
    input_noise: Any = None,
) -> LQR:
    """The LQR problem of a discrete-time system with attributes A, B and dt.

    Takes what python-control (``control.ss(A, B, C, D, dt)``), scipy (``scipy.signal.dlti``) and
    others make; C and D play no part, as the whole state is fed back.

    Parameters
    ----------
    system : object with A (n, n), B (n, m) and dt, the time between two steps
    Q, R, Sigma0, state_noise, input_noise
        As for `LQR`.

    Raises
    ------
    ValueError
        If an attribute is missing, or dt says that time is continuous (0 or None).
    """
    missing = [name for name in ("A", "B", "dt") if not hasattr(system, name)]
    if missing:
        raise ValueError(
            f"system: expected attributes A, B and dt, got {type(system).__name__} without "
            f"{', '.join(missing)}"
        )
    if not system.dt:
        raise ValueError(
            f"system: expected discrete time, got dt = {system.dt!r} (sample it first, as with "
            "control.sample_system(system, dt) or system.to_discrete(dt))"
        )
    return LQR(system.A, system.B, Q, R, Sigma0, state_noise, input_noise)


def double_integrator(step: float = 1.0) -> LQR:
    """A unit mass pushed by a force: position and velocity, sampled with `step` seconds."""
    step = real_number("step", step)
    return LQR([[1.0, step], [0.0, 1.0]], [[step * step / 2], [step]], np.eye(2), [[1.0]])


def suspension(*, noise: bool = True) -> LQR:
    """Two-mass active suspension of S2 section 5: 4 states, 1 input.

    Masses 500 and 100 kg, springs 5000 and 20000 N/m, dampers 200 and 4000 N s/m, discretised by
    the bilinear transformation with step 0.5 s. With noise it is stable in the mean but not in
    the mean square when left alone.
    """
    A = [
        [0.2612510614208887, 0.3153127653552222, 0.09329181998301722, -0.008208321539767903],
        [-2.9549957543164447, 0.26125106142088883, 0.37316727993206905, -0.03283328615907161],
        [1.0189640532125672, 0.2547410133031418, -0.8528163034248514, 0.011321822813472968],
        [-3.1701103877724326, -0.7925275969431084, -4.902349278233797, -0.14633455986413813],
    ]
    B = [[0.13303141805830737], [0.5321256722332296], [0.1613359750919898], [2.1647325219360316]]
    columns = np.zeros((4, 4, 4))
    columns[np.arange(4), :, np.arange(4)] = 1.0
    state_noise = (np.full(4, 0.0174824614723797), columns)
    input_noise = ([0.0349649229447594], np.ones((1, 4, 1)))
    problem = LQR(A, B, np.eye(4), [[1.0]], None, state_noise, input_noise)
    return problem if noise else problem.without_noise()


def suspension_start() -> Array:
    """Gain (1, 4) from which S2's code starts on the suspension, as u = -K x."""
    return -np.array([[1.188, -0.103, 1.271, 0.097]])


def three_state() -> LQR:
    """Three states, two inputs, one noise term on each of A and B (example of S2's code)."""
    return LQR(
        [[0.7, 0.3, 0.2], [-0.2, 0.4, 0.5], [-0.4, 0.2, -0.3]],
        [[0.5, -0.3], [0.8, 0.3], [0.1, 0.9]],
        np.eye(3),
        np.eye(2),
        state_noise=([0.1], [[[0.2, 0.9, -0.6], [0.9, 0.9, 0.4], [-0.9, -0.2, 0.5]]]),
        input_noise=([0.1], [[[0.8, 0.8], [0.3, 0.3], [-0.6, 0.6]]]),
    )


def boeing(*, printed: bool = False) -> LQR:
    """Unstable modification of a Boeing 747 model, the nominal task of S1: 4 states, 2 inputs.

    ``printed=True`` gives the A printed in S1's report, whose second row differs from that of
    the published notebooks; the published K0 (`boeing_start`) does not stabilize the printed one.
    Sigma0 = I/4 as in the report.
    """
    second = [0.01, 0.47, 4.7, 0.0] if printed else [0.01, 4.7, 0.0, 0.0]
    return LQR(
        [[1.22, 0.03, -0.02, -0.32], second, [0.02, -0.06, 0.4, 0.0], [0.01, -0.04, 0.72, 1.55]],
        [[0.01, 0.99], [-3.44, 1.66], [-0.83, 0.44], [-0.47, 0.25]],
        np.eye(4),
        np.eye(2),
        np.eye(4) / 4,
    )


def boeing_start() -> Array:
    """Stabilizing start K0 (2, 4) published with S1."""
    first = [0.61343269, -1.53543838, 0.30279836, 0.39631415]
    second = [0.88802018, 0.60382034, -0.14729954, -0.58220629]
    return np.array([first, second])
