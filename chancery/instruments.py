"""The instrument files that this version of Chancery ships, read once.

A file is one version of one instrument. Several versions of one stand beside each other: what was opened under the old one
stays under it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from domain.instrument import DefinitionData, InstrumentData, InstrumentRefused
from domain.instrument_reading import checksum, parse


@dataclass(frozen=True, slots=True)
class Shipped:
    """One version of an instrument, and the checksum of what it was read from."""

    file: str
    data: InstrumentData
    checksum: str


Library = Mapping[str, Mapping[str, Shipped]]
"""Instrument code → version → what is shipped, the oldest version first."""


def read(files: Mapping[str, str]) -> Library:
    """The library that these files (name → text) make. Raises InstrumentRefused on a bad one, or on two that collide."""
    found: dict[str, dict[str, Shipped]] = {}
    owner: dict[str, str] = {}
    for name, text in sorted(files.items()):
        data = parse(text, name)
        code, version = data["code"], data["version"]
        if version in found.setdefault(code, {}):
            raise InstrumentRefused(f"{name}: {code} {version} is also in {found[code][version].file}")
        found[code][version] = Shipped(name, data, checksum(text))
        for one in data["definition"]:
            if owner.setdefault(one["code"], code) != code:
                # An obligation is named by accreditation, definition and period: two of a name would be one.
                raise InstrumentRefused(
                    f"{name}: {one['code']} is a definition of {owner[one['code']]} already; give it another code"
                )
    return {code: dict(sorted(of.items(), key=lambda item: _order(item[0]))) for code, of in found.items()}


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def files_of(folder: Traversable) -> dict[str, str]:
    """File name → text of each instrument file in a folder."""
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return {f.name: f.read_text(encoding="utf-8") for f in found}


@cache
def texts() -> dict[str, str]:
    """File name → text of each shipped instrument."""
    return files_of(resources.files("domain") / "instruments")


@cache
def library() -> Library:
    """Every version of every instrument that is shipped. Raises InstrumentRefused on a bad file."""
    return read(texts())


def shipped() -> dict[str, InstrumentData]:
    """Instrument code → its newest version. Raises InstrumentRefused on a bad file."""
    return {code: _newest(of).data for code, of in library().items()}


def checksums() -> dict[str, str]:
    """Instrument code → checksum of its newest version."""
    return {code: _newest(of).checksum for code, of in library().items()}


def _newest(of: Mapping[str, Shipped]) -> Shipped:
    return list(of.values())[-1]


def find(code: str, version: str) -> InstrumentData | None:
    """An instrument in that version, or None."""
    one = library().get(code, {}).get(version)
    return one.data if one else None


def definition(instrument: str, code: str, version: str | None = None) -> DefinitionData | None:
    """A definition as shipped, in that version of its instrument or the newest; None if there is none."""
    known = shipped().get(instrument) if version is None else find(instrument, version)
    return next((d for d in known["definition"] if d["code"] == code), None) if known else None


# ── several instruments at once ──────────────────────────────────────────────────────────────────────────────────


def taken_up(instruments: Mapping[str, str], code: str) -> InstrumentData | None:
    """The instrument in the version that a mission has taken up (`instruments`: code → version); None if it has not.

    Of a version that is no longer shipped the newest stands in.
    """
    if code not in instruments:
        return None
    return find(code, instruments[code]) or shipped().get(code)


def optional(instruments: Mapping[str, str]) -> tuple[str, ...]:
    """The definitions that are off until somebody switches them on: those that an instrument calls optional."""
    found = [find(code, version) for code, version in instruments.items()]
    return tuple(
        sorted({d["code"] for one in found if one for d in one["definition"] if d["group"] == "optional"})
    )


def carried_by(instruments: Mapping[str, str], instrument: str, code: str) -> str | None:
    """The definition (`instrument:DEFINITION`) whose task satisfies this one too in a mission that has taken up
    `instruments` (code → version), or None if it is carried out for itself.

    It is the one that this maps to; where the mission has not taken that text up, the first other that maps to the same.
    """
    one = definition(instrument, code, instruments.get(instrument))
    targets = one.get("maps", []) if one else []
    for target in targets:
        if _has(instruments, target):
            return target
    for other in sorted(i for i in instruments if i < instrument):
        known = find(other, instruments[other])
        for candidate in known["definition"] if known else ():
            shared = set(candidate.get("maps", ())) & set(targets)
            if shared and carried_by(instruments, other, candidate["code"]) is None:
                return f"{other}:{candidate['code']}"
    return None


def also_satisfies(instruments: Mapping[str, str], instrument: str, code: str) -> tuple[str, ...]:
    """What carrying out this definition satisfies besides, in a mission's other instruments: `instrument:DEFINITION`."""
    name = f"{instrument}:{code}"
    found = []
    for other, version in sorted(instruments.items()):
        known = find(other, version)
        for one in known["definition"] if known and other != instrument else ():
            if carried_by(instruments, other, one["code"]) == name:
                found.append(f"{other}:{one['code']}")
    return tuple(found)


def _has(instruments: Mapping[str, str], name: str) -> bool:
    instrument, _, code = name.partition(":")
    return instrument in instruments and definition(instrument, code, instruments[instrument]) is not None
