"""Run every benchmark and print one table: `make bench`, or `python -m benchmarks`.

Exit status 0 when every peer and lqrlib agree, whether or not a target is met; 1 when they do not.
"""

from __future__ import annotations

import os
import sys

# before numpy is imported; JAX keeps its own threads and may take every core
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"


def main() -> int:
    try:
        import jax  # noqa: F401
        import slycot  # noqa: F401
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        print(f"benchmarks: {error.name} is missing; `make bench` installs it")
        return 1
    from benchmarks.agreement import WrongResult
    from benchmarks.digits import digits
    from benchmarks.work import rows

    with threadpool_limits(1):
        print(*digits(), "", sep="\n", flush=True)
        try:
            missed = sum(not row.met for row in rows())
        except WrongResult as error:
            print(f"benchmarks: {error}")
            return 1
    print("\nevery target met" if not missed else f"\ntargets not met: {missed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
