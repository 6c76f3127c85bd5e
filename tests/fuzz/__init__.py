"""Hostile use of lqrlib, seeded: `make fuzz`, or `python -m tests.fuzz --cases N --seed S`."""
