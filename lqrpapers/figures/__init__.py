"""Figures of the book: data in, a matplotlib figure with alt text out.

Needs matplotlib (``pip install lqrlib[plots]``), so ``import lqrlib`` does not import it.
"""
