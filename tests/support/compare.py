"""How close is close: relative to the size of what is compared, never absolute."""

import numpy as np

TRUTH = 1e-8  # relative agreement with an independent computation
EXACT = 1e-10  # relative agreement of two ways to write the same thing


def assert_close(actual, expected, tolerance, what="", scale=None):
    """Compare matrices member by member, relative to the norm of the expected one."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"{what}: shape {actual.shape}, not {expected.shape}"
    size = np.linalg.norm(expected) if scale is None else scale
    error = np.linalg.norm(actual - expected)
    assert error <= tolerance * size, f"{what}: relative error {error / size:.3g}"
