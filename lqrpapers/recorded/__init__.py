"""What others published with their code: S2 in `s2`, S1 in `s1`; test problems in `darex`."""
