"""Numbers that the papers published: S2 in `s2`, S1 in `s1`."""
