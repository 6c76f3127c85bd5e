"""Figures of the book: data in, a matplotlib figure with alt text out.

Needs matplotlib (``pip install lqrlib[plots]``), so ``import lqrlib`` does not import it.
"""

from . import derivatives, hessians, landscape, regulator, style

__all__ = ["derivatives", "hessians", "landscape", "regulator", "style"]
