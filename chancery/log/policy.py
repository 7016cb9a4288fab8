"""Whom to believe: the keys of logs and witnesses, and how many witnesses are enough (c2sp.org/tlog-policy).

log chancery-5f1c…+1a2b3c4d+AX…
witness audit witness.example.org/audit+5e6f7a8b+BD… https://witness.example.org/audit
group enough 1 audit
quorum enough
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chancery.log.checkpoints import Signed
from chancery.log.notes import COSIGNATURE, SIGNATURE, NoteRefused, Verifier


class PolicyRefused(ValueError):
    """A policy that cannot be read: a stable code and one sentence."""

    code = "log.policy"

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"log.policy: line {line}: {what}")
        self.message = f"line {line}: {what}" if line else what


@dataclass(frozen=True, slots=True)
class NamedWitness:
    """A witness of a policy: what the policy calls it, its key, and where it listens, if that is said."""

    name: str
    key: Verifier
    url: str | None


@dataclass(frozen=True, slots=True)
class Policy:
    """Known logs, known witnesses, and the quorum: a witness, a group, or None for no witness at all."""

    logs: tuple[Verifier, ...] = ()
    witnesses: tuple[NamedWitness, ...] = ()
    groups: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str | None = None

    @staticmethod
    def parse(text: str) -> "Policy":
        """A policy from its text. Raises PolicyRefused."""
        return _Reader(text).read()

    @property
    def cosigners(self) -> list[Verifier]:
        """The keys of the witnesses."""
        return [witness.key for witness in self.witnesses]

    def logs_of(self, origin: str) -> list[Verifier]:
        """The keys of one log."""
        return [key for key in self.logs if key.name == origin]

    def witnessed(self, signed: Signed) -> bool:
        """Whether enough witnesses cosigned a checkpoint. Raises NoteRefused `note.signature` for a false cosignature."""
        keys = signed.witnessed(self.cosigners)
        return self.enough({w.name for w in self.witnesses if w.key.name in keys})

    def enough(self, names: set[str]) -> bool:
        """Whether these witnesses, by what the policy calls them, are a quorum."""
        return self._holds(self.quorum, names)

    def _holds(self, name: str | None, cosigned: set[str]) -> bool:
        if name is None or name in cosigned:
            return True
        least, members = self.groups.get(name, (1, ()))
        return sum(self._holds(member, cosigned) for member in members) >= least


class _Reader:
    """Reads a policy line by line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._logs: list[Verifier] = []
        self._witnesses: list[NamedWitness] = []
        self._groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._members: set[str] = set()
        self._quorum: list[str] = []
        self._at = 0

    def read(self) -> Policy:
        if not self._text.endswith("\n") or re.search(r"[^\t\n\x20-\x7e\x80-\U0010ffff]", self._text):
            raise PolicyRefused(
                0, "the policy's lines end with a newline, and it holds no control characters"
            )
        for number, line in enumerate(self._text.split("\n")[:-1], 1):
            self._at = number
            match re.split(r"[ \t]+", line.strip(" \t")):
                case [""]:
                    pass
                case [word, *_] if word.startswith("#"):
                    pass
                case ["log", vkey] | ["log", vkey, _]:
                    self._logs.append(self._key(vkey, SIGNATURE, [*self._logs]))
                case ["witness", name, vkey, *url] if len(url) < 2:
                    self._witness(name, vkey, *url)
                case ["group", name, least, *members] if members:
                    self._group(name, least, members)
                case ["quorum", name] if not self._quorum:
                    if name != "none" and not self._known(name):
                        raise self._wrong(f"{name} is not defined above")
                    self._quorum.append(name)
                case [word, *_]:
                    raise self._wrong(f"a line cannot begin or go on so: {word}")
        if not self._quorum:
            raise PolicyRefused(0, "the policy has no quorum line")
        quorum = None if self._quorum == ["none"] else self._quorum[0]
        return Policy(tuple(self._logs), tuple(self._witnesses), self._groups, quorum)

    def _witness(self, name: str, vkey: str, url: str | None = None) -> None:
        self._new(name)
        if url is not None and not re.fullmatch(r"https?://[^\s@]+", url):
            raise self._wrong("a witness's address begins with https:// or http://")
        key = self._key(vkey, COSIGNATURE, [w.key for w in self._witnesses])
        self._witnesses.append(NamedWitness(name, key, url))

    def _group(self, name: str, least: str, members: Sequence[str]) -> None:
        self._new(name)
        for member in members:
            if not self._known(member) or member in self._members:
                raise self._wrong(f"{member} is not defined above, or is a member already")
            self._members.add(member)
        number = {"all": len(members), "any": 1}.get(least) or (
            int(least) if re.fullmatch("[0-9]{1,4}", least) else 0
        )
        if not 1 <= number <= len(members):
            raise self._wrong(f"{least} of {len(members)} cannot be")
        self._groups[name] = (number, tuple(members))

    def _key(self, vkey: str, kind: int, others: Sequence[Verifier]) -> Verifier:
        try:
            key = Verifier.parse(vkey)
        except NoteRefused as problem:
            raise self._wrong(problem.message) from None
        if key.kind != kind:
            raise self._wrong("a log needs a key of type 1, a witness one of type 4")
        if any(key.public == other.public for other in others):
            raise self._wrong("this key stands there twice")
        return key

    def _new(self, name: str) -> None:
        if name == "none" or self._known(name):
            raise self._wrong(f"{name} is defined already")

    def _known(self, name: str) -> bool:
        return name in self._groups or any(w.name == name for w in self._witnesses)

    def _wrong(self, what: str) -> PolicyRefused:
        return PolicyRefused(self._at, what)
