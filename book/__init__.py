"""Turns the chapters into the book: environment, execution, pages, verdicts."""
