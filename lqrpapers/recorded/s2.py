"""Numbers recorded in the runs of S2's Figures 1 and 2, for comparison with our own.

They come from the files of results that S2's authors published beside their code, in
polgrad_multinoise/example_systems, condensed. Nothing is computed from them but comparisons.
`SOURCES` has the lines of that code that a finding rests on.
"""

from __future__ import annotations

from typing import NamedTuple

from . import Source, told

REPOSITORY, COMMIT = "github.com/TSummersLab/polgrad-multinoise", "38c7b92"  # 28 November 2020
# The files below polgrad_multinoise, and the first digits of their Git objects.
FILES = {
    "ltimult.py": "7990c92",
    "gradient_estimate_study/example_gradient_estimate_variance.py": "3acbc48",
}

SOURCES = {
    "e11": (
        Source("ltimult.py", 528, "max_iters = 1000"),
        Source("ltimult.py", 530, "epsilon_S = 1e-5"),
        Source("ltimult.py", 576, "BSBunc = b[j] * mdot(Bb[:, :, j], K, S, K.T, Bb[:, :, j].T)"),
        Source("ltimult.py", 598, "P = np.copy(Q)"),
        Source("ltimult.py", 600, "S = np.copy(Q)"),
        Source("ltimult.py", 623, "St = mdot(AK, Pt, AK.T)+ASAunc+BSBunc"),
        Source("gradient_estimate_study/example_gradient_estimate_variance.py", 49, "nt = 40"),
    ),
}


def where(id: str) -> str:
    """Repository, commit, files and lines that a finding rests on."""
    return told(REPOSITORY, COMMIT, SOURCES[id], "{}, l.")


class Spread(NamedTuple):
    """Mean, least and largest over the systems of an experiment."""

    mean: float
    least: float
    largest: float


class Curve(NamedTuple):
    """One method on 20 random systems; keys count the steps taken from K = 0."""

    step_size: float
    gaps: dict[int, Spread]  # (C(K) - C*) / C*
    norms: dict[int, Spread]  # Frobenius norm of the gradient


# S2 Figure 2: 20 systems, 10 states, 10 inputs, 2 + 2 noise terms, Q = R = Sigma0 = I, K_0 = 0.
# Their generator was not seeded, so the systems themselves cannot be drawn again.
# 1558543320p7456546_example_random_monte_carlo/monte_carlo_all_dict.pickle
FIGURE_2 = {
    "gradient": Curve(
        1e-05,
        {
            0: Spread(5.19607, 1.36709, 11.5826),
            1: Spread(2.10868, 1.10908, 2.7504),
            2: Spread(1.86333, 0.966897, 2.35816),
            3: Spread(1.7022, 0.870683, 2.20379),
            5: Spread(1.48931, 0.74291, 1.97605),
            9: Spread(1.24326, 0.59724, 1.6861),
            19: Spread(0.949878, 0.430388, 1.3155),
            99: Spread(0.450668, 0.176222, 0.659505),
            499: Spread(0.166939, 0.058442, 0.268243),
            999: Spread(0.0953407, 0.0321898, 0.156401),
            1999: Spread(0.047908, 0.0145481, 0.083307),
            4999: Spread(0.0141847, 0.00251426, 0.0321039),
        },
        {
            0: Spread(4417.39, 1110.15, 15881.2),
            1: Spread(824.22, 450.55, 1070.77),
            9: Spread(333.251, 244.047, 386.681),
            19: Spread(218.432, 170.848, 249.195),
            999: Spread(14.2881, 11.1368, 16.9029),
            1999: Spread(7.94372, 6.14375, 9.85205),
            4999: Spread(3.2151, 2.0332, 4.22536),
        },
    ),
    "natural_gradient": Curve(
        0.0001,
        {
            0: Spread(5.19607, 1.36709, 11.5826),
            1: Spread(2.93642, 1.16234, 4.29107),
            2: Spread(2.35281, 1.02212, 3.37891),
            3: Spread(2.0111, 0.918529, 2.86515),
            5: Spread(1.60428, 0.773353, 2.26648),
            9: Spread(1.1913, 0.602344, 1.66922),
            19: Spread(0.772487, 0.406624, 1.07436),
            99: Spread(0.241326, 0.125217, 0.359482),
            499: Spread(0.048817, 0.0164606, 0.0802837),
            999: Spread(0.0175254, 0.00494559, 0.0320574),
            1999: Spread(0.00397239, 0.000665939, 0.0116766),
        },
        {
            0: Spread(4417.39, 1110.15, 15881.2),
            1: Spread(1497.12, 874.983, 1913.78),
            9: Spread(344.352, 281.772, 392.15),
            19: Spread(183.299, 152.791, 218.729),
            999: Spread(4.46322, 3.16536, 6.28596),
            1999: Spread(1.76111, 1.27287, 2.57924),
        },
    ),
    "gauss_newton": Curve(
        0.5,
        {
            0: Spread(5.19607, 1.36709, 11.5826),
            1: Spread(0.0375462, 0.00882718, 0.0665454),
            2: Spread(0.000150323, 1.72819e-05, 0.000498109),
            3: Spread(1.67516e-06, 5.92472e-07, 5.96281e-06),
            5: Spread(1.04561e-06, 3.41918e-07, 4.20593e-06),
            9: Spread(8.86268e-07, 3.39834e-07, 2.65632e-06),
        },
        {
            0: Spread(4417.39, 1110.15, 15881.2),
            1: Spread(14.2879, 8.42914, 24.2667),
            9: Spread(5.43867e-07, 3.62339e-10, 8.08983e-06),
        },
    ),
}


class Run(NamedTuple):
    """Both costs of the suspension at every iterate of one run of gradient descent."""

    with_noise: tuple[float, ...]
    without_noise: tuple[float, ...]


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(word) for word in text.split())


# S2 Figure 1, the suspension: gradient descent with backtracking on the cost with noise (1a) and on
# the cost without (1b), from one start; `lqrlib.systems.suspension` has the data. An infinite cost
# is one that the published solver did not find. The files end in one more entry that was never
# filled; it is left out here.
# 1558459899p686552_example_suspension_model_known/chist_data.pickle
FIGURE_1 = {
    "1a": Run(
        _numbers("""
            8903.38429626895 1305.3071877843508 1303.1592094755824 1276.8106610961447
            1272.7082074756947 1272.1552416233656 1265.4599883890742 1264.8738844978175
            1262.8939322205729 1262.674041462885 1262.3446040740532 1262.1670391197715
            1262.1645353440836 1261.9865654258826 1261.9736407114806 1261.8932918743863
            1261.8523558016057 1261.8133627172501 1261.6291624357357 1261.4858157226943
            1261.4506712754226 1261.4239184492099 1261.3506773049453 1261.3054532791239
            1261.2404130963796 1261.2031936624746 1261.1452050047515 1261.1110375514315
            1261.0594056770137 1261.0275391142532 1261.0013167352151 1260.9693850648039
            1260.9671554349686 1260.950061077262 1260.9038706523138 1260.8869217391045
            1260.8448011824273 1260.8280540021938 1260.7897424323942 1260.7693688475201
        """),
        _numbers("""
            56.55466148257048 54.85676397855071 54.53443431787271 54.290427998636815
            54.13871661902007 53.92270924397482 53.92599520310488 53.73593010696088
            53.754142084375566 53.67696021075875 53.689380931025354 53.65855269425812
            53.665603344561184 53.643924257840986 53.65465534250065 53.654470856443545
            53.665586667324 53.66119643946054 53.69172255580924 53.680477914317784
            53.691354583925936 53.68680137678417 53.70152594227019 53.69671111847282
            53.71148729260385 53.70640019784983 53.72121682862322 53.71585370641846
            53.73071430402443 53.725070046473306 53.73250114365682 53.72849042538378
            53.737992444596635 53.73419971113105 53.746945679048956 53.74296024498648
            53.75565217873621 53.75147004985092 53.76412733992754 53.759742877667634
        """),
    ),
    "1b": Run(
        _numbers("""
            8903.38429626895 2937.567180437811 2318.680838142732 2174.109799321021
            2368.10078290124 2637.140368223974 3030.168144817205 3637.5046361578407
            4371.000607765889 5616.437408123676 7280.538618238396 inf inf inf inf inf inf inf
            inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf inf
            inf inf inf inf
        """),
        _numbers("""
            56.55466148257048 52.880031466385155 52.72475551036876 52.62663331936095
            52.48419587439486 52.399641840660664 52.31155279056734 52.257034372658985
            52.21222306174234 52.182155351977045 52.15953741689367 52.14947391323295
            52.127874605520596 52.116202538260126 52.10851988792895 52.10491224523226
            52.097956379137464 52.09427328625017 52.09328501788357 52.08977799302598
            52.08796926849905 52.08757237872262 52.0858897405916 52.085083963514045
            52.08482632229482 52.084108049303 52.0837476083576 52.08358133897812
            52.08327874100933 52.083122178176815 52.083020456934904 52.08289658460946
            52.08288263129429 52.08277000703747 52.08271850815904 52.08270040841408
            52.08265672804313 52.082635126884085 52.0826222513694 52.0826051178083
            52.08260360662137 52.082588169167245 52.08258124087773
        """),
    ),
}
