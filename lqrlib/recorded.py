"""Numbers recorded in the runs published with the papers, for comparison with our own.

They come from the files of results that the authors published beside their code, condensed.
Nothing is computed from them but comparisons.
"""

from __future__ import annotations

from typing import NamedTuple


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
