"""Problems that several tests of the Riccati solvers share."""

from lqrlib import LQR


def scalar(a, b, q=1.0, r=1.0, alpha=0.0, beta=0.0):
    """One state, one input, noise of variance alpha on A and beta on B."""
    noises = {
        "state_noise": ([alpha], [[[1.0]]]) if alpha else None,
        "input_noise": ([beta], [[[1.0]]]) if beta else None,
    }
    return LQR([[a]], [[b]], [[q]], [[r]], **noises)
