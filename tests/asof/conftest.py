"""The desk whose clock gives the log its time too: an instant then means what it says."""

from tests.rebuild.conftest import rehearsing

__all__ = ["rehearsing"]
