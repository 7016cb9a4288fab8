"""One log for all trials of this process."""

import pytest

from chancery.embedded.postgres import EmbeddedPostgres
from tests.tamper.ground import Ground, prepared


@pytest.fixture(scope="session")
def ground(
    postgres: EmbeddedPostgres, database_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Ground:
    """Some hundred events, signed, witnessed and dumped on the way."""
    return prepared(postgres, database_template, tmp_path_factory.mktemp("tamper"))
