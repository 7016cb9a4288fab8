"""The instrument files that this version of Chancery ships, read once."""

from functools import cache
from importlib import resources

from domain.instrument import DefinitionData, InstrumentData, checksum, parse


@cache
def shipped() -> dict[str, InstrumentData]:
    """Instrument code → instrument, from `domain/instruments/*.toml`. Raises InstrumentRefused on a bad file."""
    found = {}
    for name, text in texts().items():
        instrument = parse(text, name)
        found[instrument["code"]] = instrument
    return found


@cache
def texts() -> dict[str, str]:
    """File name → text of each shipped instrument."""
    folder = resources.files("domain") / "instruments"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return {f.name: f.read_text(encoding="utf-8") for f in files}


@cache
def checksums() -> dict[str, str]:
    """Instrument code → checksum of its file."""
    return {parse(text, name)["code"]: checksum(text) for name, text in texts().items()}


def definition(instrument: str, code: str) -> DefinitionData | None:
    """A definition as shipped, or None."""
    known = shipped().get(instrument)
    return next((d for d in known["definition"] if d["code"] == code), None) if known else None
