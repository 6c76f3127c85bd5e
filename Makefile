# make book       environment, chapters, pages            make chapter C=05 P="samples=200 seed=3"
# make test       environment, then every test            make lab C=05       that chapter in JupyterLab
# make serve      the built book in a browser             make bench   make fuzz   make lock   make clean
# Without make: python3 -m book book, python3 -m book test, and so on.

PYTHON ?= python3
# Words for pytest and for the benchmarks, as in make test T="tests/book -k execute"
T ?=
B ?=
# Words for the fuzzers, as in make fuzz F="--cases 100000 --seed 1"
F ?=
# Chapters at once; one for each processor unless given
JOBS ?=
# The chapter and its parameters; they reach the shell as variables, so nothing needs quoting
C ?=
P ?=
export JOBS C P

# The environment follows the lock; whether it really changed is decided by content.
STAMP := .venv/book-stamp.json
INSIDE := .venv/bin/python -m book

.PHONY: book test chapter lab serve bench fuzz lock clean environment python
.DEFAULT_GOAL := book

book: $(STAMP)
	@$(INSIDE) book

test: $(STAMP)
	@$(INSIDE) test $(T)

chapter: $(STAMP)
	@test -n "$$C" || { echo 'name a chapter, as in make chapter C=05 P="samples=200 seed=3"' >&2; exit 1; }
	@$(INSIDE) chapter "$$C" "$$P"

lock: $(STAMP)
	@$(INSIDE) lock $(if $(UPGRADE),--upgrade)

environment: $(STAMP)

$(STAMP): requirements.txt pyproject.toml | python
	@$(PYTHON) -m book environment

bench: | python
	@$(PYTHON) -m book bench $(B)

fuzz: $(STAMP)
	@$(INSIDE) fuzz $(F)

lab: | python
	@$(PYTHON) -m book lab "$$C"

serve clean: | python
	@$(PYTHON) -m book $@

python:
	@command -v $(PYTHON) >/dev/null || { echo '$(PYTHON) is missing: install Python 3.11, 3.12 or 3.13 (Debian, Ubuntu: apt install python3 python3-venv; elsewhere: python.org)' >&2; exit 1; }
