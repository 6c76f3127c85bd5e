"""A reader's system: files are read or refused by name, and what is impossible is said."""

import json

import control
import numpy as np
import pytest
import scipy.signal

import lqrlib
from lqrpapers.studies import classics, own_obstacles, own_system
from lqrpapers.studies.robustness import scaled_noise

A, B = [[1.2, 0.3], [0.0, 0.9]], [[0.0], [1.0]]


def written(folder, matrices, kind="json"):
    path = folder / f"own_system.{kind}"
    if kind == "npz":
        np.savez(path, **{name: np.array(value) for name, value in matrices.items()})
    else:
        path.write_text(matrices if isinstance(matrices, str) else json.dumps(matrices))
    return path


@pytest.mark.parametrize("kind", ["json", "npz"])
def test_a_file_gives_what_was_written(tmp_path, kind):
    given = {"A": A, "B": B, "Q": [[2, 0], [0, 1]], "R": [[3]], "Sigma0": [[1, 0], [0, 4]]}
    given |= {"K0": [[1.0, 2.0]], "input_variances": [0.1], "input_directions": [B]}
    problem, K0 = own_system.read(written(tmp_path, given, kind))
    for name in ("A", "B", "Q", "R", "Sigma0"):
        assert np.array_equal(getattr(problem, name), np.array(given[name], dtype=float))
    assert np.array_equal(K0, given["K0"])
    assert problem.input_noise.variances == [0.1] and not problem.state_noise.variances.size


def test_weights_that_are_left_out_are_identities(tmp_path):
    problem, K0 = own_system.read(written(tmp_path, {"A": A, "B": B}))
    assert K0 is None and not problem.has_noise
    for name, size in (("Q", 2), ("R", 1), ("Sigma0", 2)):
        assert np.array_equal(getattr(problem, name), np.eye(size))


@pytest.mark.parametrize(
    ("matrices", "told"),
    [
        ("{A: 1}", "not JSON"),
        ("[1, 2]", "expected names with matrices, got list"),
        ({"A": A}, "B: missing"),
        ({}, "A and B: missing"),
        ({"A": A, "B": B, "sigma0": A}, r"sigma0: expected one of .* \(did you mean Sigma0\?\)"),
        ({"A": A, "B": [[1.0]]}, r"B: expected shape"),
        ({"A": [[1, 2]], "B": B}, "A: expected"),
        ({"A": [[1, 2], [3]], "B": B}, "A: "),
        ({"A": A, "B": B, "R": [[-1]]}, "R: expected"),
        ({"A": A, "B": B, "K0": [[1.0]]}, "K0: expected"),
        ({"A": A, "B": B, "state_variances": [1]}, "state_directions: expected both or neither"),
        ({"A": [A, A], "B": B}, "expected one system, got a stack"),
    ],
)
def test_a_fault_in_a_file_names_file_and_matrix(tmp_path, matrices, told):
    path = written(tmp_path, matrices)
    with pytest.raises(ValueError, match=f"own_system.json: .*{told}") as caught:
        own_system.read(path)
    assert str(caught.value).startswith(str(path))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match="nowhere.npz: there is no such file"):
        own_system.read(tmp_path / "nowhere.npz")


def test_an_archive_of_objects_is_refused(tmp_path):
    path = tmp_path / "own_system.npz"
    np.savez(path, A=np.array([{"a": 1}], dtype=object), B=B)
    with pytest.raises(ValueError, match="own_system.npz: "):
        own_system.read(path)


def test_the_file_is_looked_for_here_and_above(tmp_path, monkeypatch):
    written(tmp_path, {"A": A, "B": B})
    (tmp_path / "chapters").mkdir()
    for folder in (tmp_path, tmp_path / "chapters"):
        monkeypatch.chdir(folder)
        assert np.array_equal(own_system.chosen("own_system.json")[0].A, A)
    with pytest.raises(ValueError, match="system: expected one of cart-pole, .*got 'cartpole'"):
        own_system.chosen("cartpole")


def test_a_model_of_python_control_can_be_brought():
    model = control.sample_system(control.ss([[0, 1], [0, 0]], [[0], [1]], np.eye(2), 0), 0.5)
    problem = lqrlib.systems.from_state_space(model, np.eye(2), [[1.0]])
    reading = own_obstacles.possible(own_system.with_noise(problem, 0.1))
    assert reading.sentences == () and lqrlib.is_stabilizing(reading.problem, reading.start)


def test_the_noise_is_a_share_of_each_change():
    noisy = own_system.with_noise(lqrlib.systems.scalar(3.0, 2.0, 1.0, 1.0), 0.5)
    # E x+^2 = ((3 - 2k)^2 + 0.25 (3 - 1)^2 + 0.25 (2k)^2) x^2, at k = 1.5
    assert lqrlib.mean_square_radius(noisy, [[1.5]]) == pytest.approx(1.0 + 0.25 * 9)
    assert own_system.with_noise(noisy, 7.0) is noisy


def test_a_description_has_names_of_a_classic_and_of_no_other_system():
    lines = own_system.described(classics.cart_pole())
    assert lines[0] == "one step is 0.05 s" and "angle of the pole (rad)" in lines[1]
    assert "Q: the identity" in lines and "variances of the state noise: none" in lines
    brought = lqrlib.LQR(A, B, [[2.0, 0.0], [0.0, 1.0]], [[1.0]])
    lines = own_system.described(own_system.with_noise(brought, 0.1))
    assert lines[:6] == ["A:", "  1.2  0.3", "    0  0.9", "B:", "  0", "  1"]
    assert lines[6:9] == ["Q:", "  2  0", "  0  1"] and lines[-1].endswith("input noise: 0.01")


def test_columns_stand_right_with_powers_of_ten_and_without_a_number():
    table = own_system.aligned([("one", "two"), (1e-8, 12.0), (np.nan, -0.5)])
    assert table == ["   one   two", "  10⁻⁸    12", "     –  −0.5"]


def test_what_was_not_brought_is_said():
    problem = lqrlib.LQR(A, B, np.eye(2), [[1.0]])
    noise, start = own_obstacles.added(problem, None, 0.2)
    assert noise.startswith("Added noise: ") and noise.endswith("deviation 0.2.")
    assert start == "Added K0: the best gain for 100 R."
    assert own_obstacles.added(own_system.with_noise(problem, 0.1), [[1.0, 1.0]], 0.2) == []


@pytest.mark.parametrize("name", own_system.CLASSICS)
def test_a_classic_is_what_scipy_samples(name, monkeypatch):
    seen = []
    exact = classics.sampled
    monkeypatch.setattr(classics, "sampled", lambda *model: seen.append(model) or exact(*model))
    problem = getattr(classics, name.replace("-", "_"))()
    A, B, step = seen[0]
    names = classics.NAMES[name]
    assert step == names.step
    assert (len(names.states), len(names.inputs)) == np.shape(B)
    system = (np.array(A), np.array(B), np.eye(len(A)), np.zeros(np.shape(B)))
    F, G, *_ = scipy.signal.cont2discrete(system, step)
    assert np.allclose(problem.A, F, atol=1e-13) and np.allclose(problem.B, G, atol=1e-13)
    assert own_obstacles.possible(problem).sentences == ()


def test_the_cart_pole_falls_as_fast_as_a_pendulum():
    fastest = np.log(np.abs(np.linalg.eigvals(classics.cart_pole().A)).max()) / 0.05
    assert fastest == pytest.approx((1.1 * 9.81 / 0.5) ** 0.5)


def test_the_quadrotor_falls_freely_and_thrust_lifts_it():
    problem = classics.quadrotor()
    assert problem.A[2, 5] == pytest.approx(0.05) and problem.B[2, 0] == pytest.approx(0.05**2)
    assert problem.A[0, 7] == pytest.approx(9.81 * 0.05**2 / 2)  # pitch accelerates along x


def test_turning_all_angles_of_the_network_changes_nothing():
    A = classics.power_network().A
    assert np.allclose(A @ np.repeat([1.0, 0.0], 5), np.repeat([1.0, 0.0], 5))
    assert np.abs(np.linalg.eigvals(A)).max() == pytest.approx(1)


def test_modes_that_no_input_reaches_are_found():
    turn = 1.05 * np.array([[0.6, -0.8], [0.8, 0.6]])
    A = np.block([[turn, np.zeros((2, 2))], [np.zeros((2, 2)), np.diag([0.5, 2.0])]])
    problem = lqrlib.LQR(A, [[0.0], [0.0], [0.0], [1.0]], np.eye(4), [[1.0]])
    modes = own_obstacles.unreachable_modes(problem)  # 2 is reached, 0.5 decays
    assert np.allclose(np.sort(modes.imag), [-0.84, 0.84]) and np.allclose(modes.real, 0.63)
    reading = own_obstacles.possible(problem)
    assert "0.63 +0.84i and 0.63 -0.84i" in reading.sentences[0]
    radius = float(lqrlib.mean_square_radius(reading.problem, reading.start))
    assert radius == pytest.approx(0.95**2)  # that of the mode, discounted


def test_the_critical_noise_of_one_state_is_the_uncertainty_threshold():
    problem = lqrlib.systems.scalar(1.5, 1.0, 1.0, 1.0, state_variance=0.2, input_variance=0.3)
    factor = own_obstacles.critical_noise(problem)
    beta = 0.3 * factor
    assert 0.2 * factor + 1.5**2 * beta / (1 + beta) == pytest.approx(1, rel=1e-5)
    louder = scaled_noise(problem, 1.01 * factor)
    assert own_obstacles.stabilizable(problem.without_noise())
    assert not own_obstacles.stabilizable(louder)
    told = own_obstacles.possible(louder).sentences
    assert "its variances are 1.01 times the most" in told[0]


def test_without_noise_there_is_no_critical_one():
    assert own_obstacles.critical_noise(lqrlib.systems.double_integrator()) == np.inf
    lame = lqrlib.LQR(np.diag([1.1, 0.5]), [[0.0], [1.0]], np.eye(2), [[1.0]])
    assert own_obstacles.critical_noise(lame) == 0


def test_a_start_that_fails_or_is_optimal_is_replaced_and_a_good_one_kept():
    problem = lqrlib.systems.double_integrator()
    kept = own_obstacles.possible(problem, [[0.3, 0.9]])
    assert kept.sentences == () and np.array_equal(kept.start, [[0.3, 0.9]])
    failed = own_obstacles.possible(problem, [[0.0, 0.0]])
    assert "K0 does not stabilize" in failed.sentences[0]
    best = own_obstacles.possible(problem, lqrlib.optimal_gain(problem))
    assert "The start is nearly optimal" in best.sentences[0]
    cheap = own_obstacles.possible(problem.replace(R=[[1e-9]]))  # 100 times that is cheap, too
    assert "The start is nearly optimal" in cheap.sentences[0]
    for reading in (failed, best):
        assert 1 < lqrlib.cost(problem, reading.start) / problem.optimum.cost < np.inf


def test_a_singular_weight_is_raised_and_an_input_that_does_nothing_refused():
    problem = lqrlib.systems.double_integrator()
    told = own_obstacles.possible(problem.replace(Q=np.diag([1.0, 0.0]), Sigma0=np.zeros((2, 2))))
    assert [sentence.split()[0] for sentence in told.sentences] == ["Q", "Sigma0"]
    assert np.allclose(told.problem.Q, np.diag([1.001, 0.001]))
    with pytest.raises(ValueError, match="B: expected an input that does something"):
        own_obstacles.possible(problem.replace(B=np.zeros((2, 1))))
