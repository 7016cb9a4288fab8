"""The published JSON Schemas (draft 2020-12) of the reports' data, one file a schema: `chancery.staff-report/2` is `staff-report-2.json`."""

import json
from importlib import resources
from typing import Any


class NoSchema(Exception):
    """No schema of that name is published. `code` is `report.schema`."""

    code = "report.schema"

    def __init__(self, name: str) -> None:
        self.message = f"{name} is no schema of a report; one of these is right: {', '.join(names())}."
        super().__init__(self.message)


def names() -> list[str]:
    """Every published schema, as a report's data name it."""
    files = [f.name for f in resources.files(__package__).iterdir() if f.name.endswith(".json")]
    return sorted("chancery." + "/".join(f.removesuffix(".json").rsplit("-", 1)) for f in files)


def text(name: str) -> str:
    """The schema as it is published. Raises NoSchema."""
    if name not in names():
        raise NoSchema(name)
    file = name.removeprefix("chancery.").replace("/", "-") + ".json"
    return resources.files(__package__).joinpath(file).read_text(encoding="utf-8")


def schema(name: str) -> dict[str, Any]:
    """The schema as data. Raises NoSchema."""
    found: dict[str, Any] = json.loads(text(name))
    return found
