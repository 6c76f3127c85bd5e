"""Other libraries' test cases: lqrlib within one digit of the better of scipy and slycot."""

import pytest
from darex import peers

import lqrlib
from lqrpapers.recorded import darex


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", darex.ACCEPTED)
def test_the_digits_are_those_of_the_better_peer(name):
    found = peers(darex.ACCEPTED[name])
    assert found["lqrlib"] >= min(15.5, max(found["scipy"], found["slycot"])) - 1, found


@pytest.mark.parametrize("name", darex.REFUSED)
def test_what_is_outside_the_class_is_refused_by_name(name):
    case = darex.REFUSED[name]
    with pytest.raises(ValueError, match=case.refused):
        lqrlib.LQR(*case[:4])
