"""Rehearsals: a programme or a scenario played through the real workflows, a year in seconds.

To see what a work plan would ask of the staff, and to test ourselves. A rehearsal has a database and a log origin of its own.
"""
