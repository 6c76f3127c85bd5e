"""The commands of the book, for every system: python -m book COMMAND.

This file must load under any Python 3 with nothing installed, so that an unsuitable Python is
answered with one clear line, or hands over to a suitable one. Everything else lives in modules that
are imported only then.
"""

import os
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 13)  # the versions that requirements.txt was locked for
ADVICE = (
    "install Python 3.11, 3.12 or 3.13 (Debian, Ubuntu: apt install python3 python3-venv; "
    "elsewhere: python.org) or name one: make PYTHON=python3.12"
)
PROBE = "import ensurepip, sys, venv; sys.exit(not %r <= sys.version_info[:2] <= %r)"


def main() -> int:
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        from book.commands import run

        return run(sys.argv[1:])
    import shutil

    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which("python3.%d" % minor)  # noqa: UP031
        probe = [other or "", "-c", PROBE % (OLDEST, NEWEST)]
        if other and subprocess.call(probe, stderr=subprocess.DEVNULL) == 0:
            return subprocess.call([other, "-m", "book"] + sys.argv[1:])
    version = ".".join(str(part) for part in sys.version_info[:2])
    kind = "older" if sys.version_info[:2] < OLDEST else "newer"
    message = "Python {} is {} than the locked environment allows: {}"
    sys.stderr.write(message.format(version, kind, ADVICE) + "\n")
    return 1


if __name__ == "__main__":
    # Two BLAS threads in each of two kernels run small linear algebra many times slower.
    for name in ("OPENBLAS_NUM", "OMP_NUM", "MKL_NUM", "NUMEXPR_NUM", "VECLIB_MAXIMUM"):
        os.environ[name + "_THREADS"] = "1"
    sys.exit(main())
