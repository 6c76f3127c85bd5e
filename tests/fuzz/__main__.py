"""Run the fuzzers and print what they found; exit status 1 where anything is wrong."""

from __future__ import annotations

import argparse
import os
import sys

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before numpy loads


def main() -> int:
    from tests.fuzz import arguments, numbers, verdicts

    options = argparse.ArgumentParser(prog="python -m book fuzz", description=__doc__)
    options.add_argument("--cases", type=int, default=10_000, help="of each kind")
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    wrong = 0
    for kind in (numbers, verdicts, arguments):
        found = kind.run(given.cases, given.seed)
        short = kind.__name__.rpartition(".")[2]
        print(f"{short}, {given.cases} cases, seed {given.seed}: {found}")
        print(*found.wrong[:50], sep="\n", flush=True)
        wrong += len(found.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
