"""The commands of the book, for every system: python -m book COMMAND.

This file must load under any Python 3 with nothing installed, so that an unsuitable Python is
answered with one clear line. It finds a suitable one, creates the environment from the lock and
goes on inside it; everything else lives in modules that are imported only then.
"""

import os
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 13)  # the versions that requirements.txt was locked for
ADVICE = (
    "install Python 3.11, 3.12 or 3.13 (Debian, Ubuntu: apt install python3 python3-venv; "
    "elsewhere: python.org) or name one: make PYTHON=python3.12"
)


def suitable_python() -> "str | None":
    """Return the command of a Python of a version that the lock covers, or None."""
    import shutil

    probe = "import ensurepip, sys, venv; sys.exit(not %r <= sys.version_info[:2] <= %r)"
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        command = shutil.which("python3.%d" % minor)  # noqa: UP031
        if command is None:
            continue
        arguments = [command, "-c", probe % (OLDEST, NEWEST)]
        if subprocess.call(arguments, stderr=subprocess.DEVNULL) == 0:
            return command
    return None


def main() -> int:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        other = suitable_python()
        if other is None:
            version = ".".join(str(part) for part in sys.version_info[:2])
            kind = "older" if sys.version_info[:2] < OLDEST else "newer"
            message = "Python {} is {} than the locked environment allows: {}"
            sys.stderr.write(message.format(version, kind, ADVICE) + "\n")
            return 1
        return subprocess.call([other, "-m", "book"] + sys.argv[1:])
    from book.commands import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    # Two BLAS threads in each of two kernels run small linear algebra many times slower.
    for name in ("OPENBLAS", "OMP", "MKL", "NUMEXPR"):
        os.environ[name + "_NUM_THREADS"] = "1"
    os.environ["VECLIB_MAXIMUM_THREADS"] = "1"
    sys.exit(main())
