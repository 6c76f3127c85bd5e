# make book       environment, chapters, pages            make chapter C=05 P="samples=200 seed=3"
# make test       environment, then every test            make lab C=05       that chapter in JupyterLab
# make serve      the built book in a browser             make pdf            the whole book in one PDF
# make course     notebooks for students and teachers     make book SOLUTIONS=no   the book without its solutions
# make sweep C=05 P="seed=1,2,3 faster=1,2"       a chapter over a grid; CLUSTER= a Dask scheduler
# make bench      make fuzz      make lock      make clean
# make grade W="autograde 01_regulator"            nbgrader on the course; make grade says more
# Without make: python3 -m book book, python3 -m book test, and so on.

PYTHON ?= python3
# C, P    the chapter and its parameters           JOBS    chapters at once; processors + 1 unless given
# T, B, F, W words for pytest (T="tests/book -k execute"), benchmarks, fuzzers, nbgrader
# They go on as variables, as they were written: neither make nor the shell expands them.
override C := $(value C)
override P := $(value P)
override T := $(value T)
override B := $(value B)
override F := $(value F)
override W := $(value W)
override CLUSTER := $(value CLUSTER)
override SOLUTIONS := $(value SOLUTIONS)
export JOBS SOLUTIONS CLUSTER C P T B F W

.PHONY: book test chapter sweep lab serve pdf course grade bench fuzz lock clean environment
.DEFAULT_GOAL := book

book test chapter sweep lab serve pdf course grade bench fuzz lock clean environment:
	@command -v $(PYTHON) >/dev/null || { echo '$(PYTHON) is missing: install Python 3.11, 3.12 or 3.13 (Debian, Ubuntu: apt install python3 python3-venv; elsewhere: python.org)' >&2; exit 1; }
	@$(PYTHON) -m book $@ $(if $(filter lock,$@),$(if $(UPGRADE),--upgrade))
