"""`chancery task`: the inbox, one task with its clock explained, and everything that people do with a task."""

from chancery.cli.task import confirming, correcting, doing, listing, second, showing
from chancery.cli.task.noun import app

__all__ = ["app", "confirming", "correcting", "doing", "listing", "second", "showing"]
