"""A dev server that no other module's workflows run on: what reconciles looks at all of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from chancery.embedded.temporal import EmbeddedTemporal

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def own_server(short_dir: Path) -> Iterator[EmbeddedTemporal]:
    """The dev server, with a store, for one module."""
    server = EmbeddedTemporal(short_dir / f"temporal-own-{next(_numbers)}")
    server.start()
    yield server
    server.stop()
