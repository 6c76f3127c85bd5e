"""LQR: what it takes, what it refuses and how it says so, stacks, indexing."""

import dataclasses
import traceback
from pathlib import Path

import numpy as np
import pytest
from problem_cases import EYE, INFINITE, NAMES, NAN, SADDLE, TILTED, good

import lqrlib
from lqrlib import LQR

LIBRARY = Path(lqrlib.__file__).parent
BAD = [
    # wrong shapes
    ("A", np.ones((2, 3)), r"A: expected a square matrix \(\.\.\., n, n\), got \(2, 3\)"),
    ("Q", 1.0, r"Q: expected shape \(\.\.\., 2, 2\), got \(\)"),
    ("A", [1.0, 2.0], r"A: expected a square matrix \(\.\.\., n, n\), got \(2,\)"),
    ("B", np.ones((3, 1)), r"B: expected shape \(\.\.\., 2, m\), got \(3, 1\)"),
    ("B", np.ones(2), r"B: expected shape \(\.\.\., 2, m\), got \(2,\)"),
    ("Q", np.eye(3), r"Q: expected shape \(\.\.\., 2, 2\), got \(3, 3\)"),
    ("R", np.eye(2), r"R: expected shape \(\.\.\., 1, 1\), got \(2, 2\)"),
    ("Sigma0", np.eye(3), r"Sigma0: expected shape \(\.\.\., 2, 2\), got \(3, 3\)"),
    (
        "state_noise",
        ([0.1], np.ones((2, 2, 2))),
        r"state_noise directions: expected shape "
        r"\(\.\.\., 1, 2, 2\) to go with variances \(1,\), got \(2, 2, 2\)",
    ),
    ("state_noise", ([0.1], np.ones((1, 2, 1))), r"state_noise directions: .* got \(1, 2, 1\)"),
    ("input_noise", ([0.1], np.ones((1, 2, 2))), r"input_noise directions: .* got \(1, 2, 2\)"),
    ("state_noise", ([0.1], np.ones((2, 2))), "state_noise directions: expected at least 3 axes"),
    (
        "state_noise",
        (0.1, np.ones((1, 2, 2))),
        r"state_noise directions: expected one matrix \(2, 2\) to go with one variance",
    ),
    ("state_noise", 0.1, r"state_noise: expected a pair \(variances \(\.\.\., p\)"),
    ("state_noise", ([0.1], EYE, EYE), "state_noise: expected a pair"),
    ("state_noise", ([], np.ones((1, 2, 2))), "state_noise variances: expected at least one"),
    ("state_noise", ([[0.1], [0.1, 0.2]], np.ones((1, 2, 2))), "state_noise variances: expected a"),
    # values that are no finite real numbers
    ("A", NAN, "A: expected finite numbers, got NaN or infinity"),
    ("B", [[0.0], [np.inf]], "B: expected finite numbers"),
    ("Q", INFINITE, "Q: expected finite numbers"),
    ("R", [[-np.inf]], "R: expected finite numbers"),
    ("Sigma0", NAN, "Sigma0: expected finite numbers"),
    ("state_noise", ([np.nan], np.ones((1, 2, 2))), "state_noise variances: expected finite"),
    ("input_noise", ([0.1], np.full((1, 2, 1), np.inf)), "input_noise directions: expected finite"),
    ("A", np.eye(2) * 1j, "A: expected real numbers, got dtype complex128"),
    ("B", [["a"], ["b"]], "B: expected real numbers, got dtype <U1"),
    ("Q", "identity", "Q: expected real numbers, got dtype <U8"),
    ("R", [[None]], "R: expected real numbers, got dtype object"),
    ("A", None, "A: expected real numbers, got dtype object"),
    ("A", [[10**400, 0], [0, 1]], "A: expected real numbers, got dtype object"),
    ("Sigma0", [[1.0, 0.0], [0.0]], "Sigma0: expected a rectangular array of numbers"),
    ("state_noise", "ab", "state_noise variances: expected real numbers"),
    # empty arrays
    ("A", [], r"A: expected at least one entry, got shape \(0,\)"),
    ("A", np.zeros((0, 0)), r"A: expected at least one entry, got shape \(0, 0\)"),
    ("A", np.zeros((0, 2, 2)), r"A: expected at least one entry, got shape \(0, 2, 2\)"),
    ("B", np.zeros((2, 0)), r"B: expected at least one entry, got shape \(2, 0\)"),
    ("Q", np.zeros((0, 2, 2)), r"Q: expected at least one entry"),
    # weights and variances
    ("Q", TILTED, "Q: expected a symmetric matrix, got an asymmetric one"),
    ("Sigma0", TILTED, "Sigma0: expected a symmetric matrix"),
    ("Q", SADDLE, "Q: expected a positive semidefinite matrix, got smallest eigenvalue -1"),
    ("Q", -EYE, "Q: expected a positive semidefinite matrix"),
    ("R", [[0.0]], "R: expected a positive definite matrix, got smallest eigenvalue 0"),
    ("R", [[-2.0]], "R: expected a positive definite matrix, got smallest eigenvalue -2"),
    ("Sigma0", SADDLE, "Sigma0: expected a positive semidefinite matrix"),
    ("Q", np.stack([EYE, -EYE]), "Q: expected a positive semidefinite matrix"),
    (
        "state_noise",
        ([-0.1], np.ones((1, 2, 2))),
        "state_noise variances: expected no negative entry, got -0.1",
    ),
    ("input_noise", ([0.1, -1e-300], np.ones((2, 2, 1))), "input_noise variances: expected no neg"),
]


@pytest.mark.parametrize("name, value, message", BAD)
def test_a_malformed_argument_is_refused_by_name_by_lqrlib_itself(name, value, message):
    with pytest.raises(ValueError, match=message) as caught:
        LQR(**(good() | {name: value}))
    innermost = traceback.extract_tb(caught.tb)[-1].filename
    assert LIBRARY in Path(innermost).parents, f"raised inside {innermost}"


@pytest.mark.parametrize("name, value, message", [row for row in BAD if row[0] not in "AB"])
def test_replace_refuses_what_the_constructor_refuses(name, value, message):
    with pytest.raises(ValueError, match=message):
        LQR(**good()).replace(**{name: value})


def test_an_asymmetric_r_is_refused():
    arguments = good() | {"B": EYE, "R": TILTED, "input_noise": None}
    with pytest.raises(ValueError, match="R: expected a symmetric matrix"):
        LQR(**arguments)


def test_batches_that_do_not_broadcast_are_refused_with_every_shape():
    arguments = good() | {"A": np.zeros((3, 2, 2)), "Q": np.stack([EYE, EYE])}
    with pytest.raises(ValueError, match=r"batch axes do not broadcast: A \(3,\), Q \(2,\)"):
        LQR(**arguments)
    arguments = good() | {
        "A": np.zeros((3, 2, 2)),
        "state_noise": (np.ones((2, 1)), np.ones((1, 2, 2))),
    }
    with pytest.raises(ValueError, match=r"A \(3,\), state_noise variances \(2,\)"):
        LQR(**arguments)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["Q", "R", "Sigma0"])
def test_weights_near_the_largest_number_are_taken_without_overflow(name):
    arguments = good() | {name: 1e308 * np.eye(1 if name == "R" else 2)}
    assert np.array_equal(getattr(LQR(**arguments), name), arguments[name])


def test_asymmetry_and_negative_eigenvalues_of_rounding_size_are_averaged_or_taken():
    Q = np.array([[1.0, 1e-12], [0.0, 1.0]])
    assert np.array_equal(LQR(**(good() | {"Q": Q})).Q, (Q + Q.T) / 2)
    LQR(**(good() | {"Q": np.diag([1.0, -1e-12])}))
    with pytest.raises(ValueError, match="Q: expected a symmetric"):
        LQR(**(good() | {"Q": [[1.0, 1e-9], [0.0, 1.0]]}))


def test_semidefinite_q_and_sigma0_are_taken():
    problem = LQR(**(good() | {"Q": np.diag([1.0, 0.0]), "Sigma0": np.zeros((2, 2))}))
    assert np.array_equal(problem.Q, np.diag([1.0, 0.0]))


def test_sigma0_defaults_to_the_identity_and_noise_to_none():
    problem = LQR(EYE, EYE, EYE, EYE)
    assert np.array_equal(problem.Sigma0, EYE)
    assert problem.state_noise.variances.shape == (0,)
    assert problem.state_noise.directions.shape == (0, 2, 2)
    assert problem.input_noise.directions.shape == (0, 2, 2)
    assert not problem.has_noise
    assert problem.batch_shape == ()
    assert repr(problem) == "<LQR: 2 states, 2 inputs>"


@pytest.mark.parametrize("empty", [None, ([], []), (np.zeros(0), np.zeros((0, 2, 2)))])
def test_no_noise_may_be_written_in_three_ways(empty):
    problem = LQR(**(good() | {"state_noise": empty}))
    assert problem.state_noise.variances.shape == (0,)
    assert problem.state_noise.directions.shape == (0, 2, 2)


def frozen(array):
    array = np.array(array, dtype=float)
    array.setflags(write=False)
    return array


@pytest.mark.parametrize(
    "convert",
    [
        lambda a: a.tolist(),
        lambda a: a.astype(int),
        frozen,
        np.asfortranarray,
        np.matrix,
        lambda a: a.astype(np.float32),
        lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    ],
    ids=["lists", "integers", "read-only", "Fortran order", "np.matrix", "float32", "strided"],
)
@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_any_real_array_is_taken_as_float64_and_left_as_it_was(convert):
    plain = {
        name: np.array(value)
        for name, value in {
            "A": [[0, 1], [0, 0]],
            "B": [[0], [1]],
            "Q": EYE,
            "R": [[2]],
            "Sigma0": EYE,
        }.items()
    }
    given_arrays = {name: convert(value.astype(float)) for name, value in plain.items()}
    problem = LQR(**given_arrays)
    for name, value in plain.items():
        array = getattr(problem, name)
        assert array.dtype == np.float64
        assert type(array) is np.ndarray
        assert np.array_equal(array, value)
        assert np.array_equal(given_arrays[name], value)
    assert np.isfinite(lqrlib.cost(problem, [[0, 0]]))


def test_the_problem_shares_no_memory_with_what_it_was_made_of():
    arguments = good()
    problem = LQR(**arguments)
    for name in NAMES:
        assert not np.shares_memory(getattr(problem, name), arguments[name])
        before = getattr(problem, name).copy()
        arguments[name] += 1
        assert np.array_equal(getattr(problem, name), before)
    for name in ("state_noise", "input_noise"):
        for mine, yours in zip(getattr(problem, name), arguments[name], strict=True):
            assert not np.shares_memory(mine, yours)


def test_a_problem_cannot_be_changed():
    problem = LQR(**good())
    with pytest.raises(dataclasses.FrozenInstanceError):
        problem.A = EYE
    for array in (problem.A, problem.Q, *problem.state_noise, *problem.input_noise):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
