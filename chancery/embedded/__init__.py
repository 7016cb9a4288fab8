"""Servers for a machine that has none: PostgreSQL and Temporal out of wheels, for the demo, tests and first steps."""
