"""`python -m course` writes the course of the built book; `make course` builds that first."""

import sys

from book.environment import ROOT
from book.problem import ChapterProblem
from course.write import write_course

try:
    write_course(ROOT)
except ChapterProblem as problem:
    sys.exit(str(problem))
