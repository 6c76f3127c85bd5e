"""Systems that control engineers know, each sampled from a linear model in continuous time.

==================  =======================================================  =================
function            what it is                                               states, inputs
==================  =======================================================  =================
`cart_pole`         a pole that is balanced on a cart                        4, 1
`quadrotor`         a quadrotor that hovers                                  12, 4
`power_network`     five generators on a ring of lines                       10, 5
`helicopter`        HE1 of the collection COMPleib, a helicopter             4, 2
==================  =======================================================  =================

Weights are identities; the start of a run has mean square 1 in each state.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import expm

from lqrlib.problem import LQR
from lqrlib.validation import Array

GRAVITY = 9.81  # m/s^2


class Names(NamedTuple):
    """Seconds between two steps, and what the states and inputs are."""

    step: float
    states: tuple[str, ...]
    inputs: tuple[str, ...]


_XYZ, _TURNS = ("x", "y", "z"), ("roll", "pitch", "yaw")
#: Of each classic.
NAMES = {
    "cart-pole": Names(
        0.05,
        ("place of the cart (m)", "its speed (m/s)", "angle of the pole (rad)", "its rate (rad/s)"),
        ("force on the cart (N)",),
    ),
    "quadrotor": Names(
        0.05,
        (
            *(f"{x} (m)" for x in _XYZ),
            *(f"speed along {x} (m/s)" for x in _XYZ),
            *(f"{turn} (rad)" for turn in _TURNS),
            *(f"rate of {turn} (rad/s)" for turn in _TURNS),
        ),
        ("extra thrust (N)", *(f"torque of {turn} (0.01 N m)" for turn in _TURNS)),
    ),
    "power-network": Names(
        0.5,
        (
            *(f"angle {k} (rad)" for k in range(1, 6)),
            *(f"deviation of frequency {k} (rad/s)" for k in range(1, 6)),
        ),
        tuple(f"mechanical power {k} (per unit)" for k in range(1, 6)),
    ),
    "helicopter": Names(
        0.1,
        ("horizontal speed", "vertical speed", "pitch rate", "pitch angle"),
        ("collective pitch", "longitudinal cyclic pitch"),
    ),
}


def sampled(A: ArrayLike, B: ArrayLike, step: float) -> tuple[Array, Array]:
    """A and B of x' = Ax + Bu where u is held for `step` seconds."""
    both = np.hstack([np.asarray(A, dtype=float), np.asarray(B, dtype=float)])
    n, columns = both.shape
    moved = expm(step * np.vstack([both, np.zeros((columns - n, columns))]))[:n]
    return moved[:, :n], moved[:, n:]


def _problem(A: ArrayLike, B: ArrayLike, name: str) -> LQR:
    A, B = sampled(A, B, NAMES[name].step)
    return LQR(A, B, np.eye(A.shape[0]), np.eye(B.shape[1]))


def cart_pole() -> LQR:
    """A cart of 1 kg with a point mass of 0.1 kg on a pole of 0.5 m, pushed 20 times a second.

    States: place and speed of the cart (m, m/s), angle from upright and its rate (rad, rad/s).
    """
    cart, pole, length = 1.0, 0.1, 0.5
    A, B = np.zeros((4, 4)), np.zeros((4, 1))
    A[0, 1] = A[2, 3] = 1
    A[1, 2], A[3, 2] = -pole * GRAVITY / cart, (cart + pole) * GRAVITY / (cart * length)
    B[1, 0], B[3, 0] = 1 / cart, -1 / (cart * length)
    return _problem(A, B, "cart-pole")


def quadrotor() -> LQR:
    """A quadrotor of 0.5 kg near hover, with four inputs 20 times a second.

    States: place, speed, roll, pitch and yaw, their rates; inputs: extra thrust (N) and the three
    torques (0.01 N m).
    """
    mass, inertia = 0.5, np.array([0.005, 0.005, 0.009])  # kg, kg m^2
    A, B = np.zeros((12, 12)), np.zeros((12, 4))
    A[0:3, 3:6] = A[6:9, 9:12] = np.eye(3)
    A[3, 7], A[4, 6] = GRAVITY, -GRAVITY  # pitch pushes along x, roll against y
    B[5, 0] = 1 / mass
    B[9:12, 1:4] = np.diag(0.01 / inertia)
    return _problem(A, B, "quadrotor")


def power_network() -> LQR:
    """Five generators on a ring: angles (rad) and deviations of their frequencies (rad/s).

    The swing equations with inertias that differ, linear near synchrony; the inputs change the
    mechanical powers twice a second. Numbers are per unit.
    """
    inertia, damping = np.array([1.0, 2.0, 4.0, 2.0, 1.0]), 0.2
    lines = np.array([1.0, 0.8, 0.6, 0.8, 0.4])  # line k joins k and k + 1
    eye = np.eye(5)
    ends = eye - np.roll(eye, 1, axis=1)
    swing = ends.T @ np.diag(lines) @ ends
    M = np.diag(1 / inertia)
    A = np.block([[np.zeros((5, 5)), eye], [-M @ swing, -damping * M]])
    return _problem(A, np.vstack([np.zeros((5, 5)), M]), "power-network")


def helicopter() -> LQR:
    """The longitudinal motion of a helicopter: A and B of HE1, sampled ten times a second.

    COMPleib is F. Leibfritz's collection (2004); the numbers are those that controlgym ships:
    github.com/xiangyuan-zhang/controlgym, commit 86f4d02, file
    controlgym/envs/linear_control_src/he1.mat, MIT licence, copyright 2023 xiangyuan-zhang. Its
    sampling time; identities for its weights.
    """
    A = [
        [-0.0366, 0.0271, 0.0188, -0.4555],
        [0.0482, -1.01, 0.0024, -4.0208],
        [0.1002, 0.3681, -0.707, 1.42],
        [0.0, 0.0, 1.0, 0.0],
    ]
    B = [[0.4422, 0.1761], [3.5446, -7.5922], [-5.52, 4.49], [0.0, 0.0]]
    return _problem(A, B, "helicopter")
