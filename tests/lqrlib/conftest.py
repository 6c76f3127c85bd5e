"""pytest settings of these tests; importing strategies loads the hypothesis profile."""

import strategies  # noqa: F401
