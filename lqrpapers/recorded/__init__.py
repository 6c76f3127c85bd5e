"""Numbers that the papers' authors published with their code: S2 in `s2`, S1 in `s1`."""
