"""`chancery task`: the inbox, one task with its clock explained, and everything that people do with a task."""

from chancery.cli.task import doing, listing, second, showing
from chancery.cli.task.noun import app

__all__ = ["app", "doing", "listing", "second", "showing"]
