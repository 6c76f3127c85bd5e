"""What the two papers state, and what was found about it: a paper is a folder of statements.

=================  =================================================================
`constants`        the papers' constants: printed, corrected, sharp
`claims`           every numbered result as an executable inequality
`studies`          what single chapters need: ensembles, families, training
`figures`          the figures of the book; needs matplotlib
`recorded`         numbers that the papers published
`counterexamples`  the smallest problems on which a printed formula fails, in exact numbers
`notebook`         figures, numbers and verdicts of a run, as the pages show them
`live`             figures that the reader moves: what they start from, and their pictures
`map`              which statement uses which, and the drawing of it
=================  =================================================================

Nothing is imported before it is asked for.
"""
