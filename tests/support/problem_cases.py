"""One good set of arguments of LQR, and matrices that it refuses."""

import numpy as np

NAMES = ("A", "B", "Q", "R", "Sigma0")

EYE = np.eye(2)
TILTED = [[2.0, 1.0], [0.0, 2.0]]  # asymmetric
SADDLE = [[1.0, 2.0], [2.0, 1.0]]  # indefinite
NAN, INFINITE = [[np.nan, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, np.inf]]


def good():
    """Arguments of a problem with 2 states, 1 input and noise on both."""
    return {
        "A": np.array([[0.5, 0.1], [0.0, 0.8]]),
        "B": np.array([[0.0], [1.0]]),
        "Q": np.eye(2),
        "R": np.array([[1.0]]),
        "Sigma0": np.eye(2),
        "state_noise": (np.array([0.1]), np.ones((1, 2, 2))),
        "input_noise": (np.array([0.1, 0.2]), np.ones((2, 2, 1))),
    }
