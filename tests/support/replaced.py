"""Checks that are called while something they rest on is wrong: they must notice."""

from unittest.mock import patch

import numpy as np


def scaled(factor):
    """What multiplies a result."""
    return lambda found: factor * found


def with_wrong(place, name, change, call):
    """A check that is called while the results of a function of a module are changed."""

    def run():
        true = getattr(place, name)
        with patch.object(place, name, lambda *given, **named: change(true(*given, **named))):
            return call()

    return run


def with_value(place, name, value, call):
    """A check that is called while a name of a module or class stands for something else."""

    def run():
        with patch.object(place, name, value):
            return call()

    return run


class Scaled(np.random.Generator):
    """A generator whose uniform numbers are too large or too small by a factor."""

    def __init__(self, factor):
        super().__init__(np.random.PCG64(3))
        self.factor = factor

    def uniform(self, *arguments):
        return self.factor * super().uniform(*arguments)
