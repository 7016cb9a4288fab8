"""The review as a report: the record that was reviewed, what its person said of it, who answered, who signed, and what came later.

It holds the staff report whole, as it was signed, under the digest that the signatures name; the words come from the vault,
each checked against the commitment in its event. Postings stand for people, here as in the log.
"""

from collections.abc import Mapping
from typing import Any, Final

from chancery.reports.difference import difference
from chancery.reports.made import Made, placed, recorded_at
from chancery.reports.paper.making import Head, unseen
from chancery.reports.paper.model import Data, Entry, Fact, Language, Section
from chancery.reports.proof import proved
from chancery.reports.regimes import NoReport
from chancery.reports.words_review import UNSEEN, word
from chancery.reviews import Place, as_known, report_of, words_of
from domain.instant import zone_info
from domain.kinds import instant, instant_text
from domain.review import Contest, Edition, Review

SCHEMA: Final = "chancery.review-report/1"


async def review_report(here: Place, code: str, edition: int | None = None, as_of: int | None = None) -> Made:
    """A review as it stood at a position (now), with the report of an edition (the signed one, else the last).

    Raises Refused `no-such-dossier`, NoReport `report.position` or `report.edition`, ReportChanged.
    """
    log = here.desk.log
    last = await placed(log, as_of)
    review = await as_known(log, code, last.position)
    wanted = _edition(review, edition)
    staff = (await report_of(log, review, wanted)).data()
    origin, rehearsal = await log.origin()
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "request": {"kind": "review", "review": code, "edition": wanted.number},
        "zones": staff["zones"],
        "period": {"first": review.first, "last": review.last},
        "log": {
            "origin": origin,
            "rehearsal": rehearsal,
            "position": last.position,
            "leaf": last.leaf.hex(),
            "recorded": instant_text(recorded_at(last)),
        },
        "review": {
            "review": code,
            "mission": review.mission,
            "postings": list(review.postings),
            "regime": review.regime,
            "workplans": list(review.workplans),
            "status": review.status,
            "reviewers": {
                part: {"posting": posting, "mission": mission}
                for part, (posting, mission) in review.reviewers.items()
            },
            "edition": wanted.number,
            "digest": wanted.digest,
        },
        "figures": _figures(review, await words_of(here, review)),
        "cannot_see": list(UNSEEN),
    }
    # One proof of every entry that is named in it, those of the record among them: whoever has the file can follow each.
    data |= {"addenda": await _addenda(here, review, wanted, staff), "report": staff}
    return Made(await proved(log, data))


def _edition(review: Review, number: int | None) -> Edition:
    if number is None:
        return review.signed or review.now
    if not 1 <= number <= len(review.editions):
        raise NoReport(
            "report.edition",
            f"Review {review.code} has editions 1 to {len(review.editions)}; {number} is none.",
        )
    return review.editions[number - 1]


async def _addenda(here: Place, review: Review, signed: Edition, staff: Data) -> list[dict[str, Any]]:
    """What later editions say otherwise than the one that was signed."""
    found = []
    for one in review.editions:
        if one.addendum and one.number > signed.number:
            later = (await report_of(here.desk.log, review, one)).data()
            found.append(
                {"edition": one.number, "digest": one.digest, "difference": difference(staff, later)}
            )
    return found


def _figures(review: Review, words: Mapping[str, str | None]) -> dict[str, Any]:
    def said(ref: Mapping[str, str] | None) -> Any:
        """The words themselves, and the reference by which their event knows them."""
        return None if ref is None else {"ref": ref["ref"], "text": words.get(ref["ref"])}

    parts: dict[str, list[dict[str, Any]]] = {
        "editions": [_an_edition(one) for one in review.editions],
        "readings": [
            {"part": r.part, "by": r.by, "at": r.at, "positions": [r.position]} for r in review.readings
        ],
        "comments": [
            {
                "part": c.part,
                "edition": c.edition,
                "at": c.at,
                "words": said(c.words),
                "positions": [c.position],
            }
            for c in review.comments
        ],
        "contests": [_a_contest(k, said) for k in review.contests.values()],
        "signatures": [
            {"edition": e.number, "part": part, "stance": stance, "at": at, "positions": [position]}
            for e in review.editions
            for part, (stance, position, at) in e.signatures.items()
        ],
    }
    return {name: {"count": len(items), "items": items} for name, items in parts.items()}


def _an_edition(one: Edition) -> dict[str, Any]:
    return {
        "edition": one.number,
        "addendum": one.addendum,
        "size": one.size,
        "root": one.root,
        "digest": one.digest,
        "at": one.at,
        "reply_until": one.reply_until,
        "seen": one.seen[1] if one.seen else None,
        "positions": sorted({one.position, *one.causes, *([one.seen[0]] if one.seen else [])}),
    }


def _a_contest(one: Contest, said: Any) -> dict[str, Any]:
    answered = [one.answered_position] if one.answered_position else []
    return {
        "contest": one.code,
        "edition": one.edition,
        "figure": one.figure,
        "of": [{"position": p} for p in one.positions],
        "ground": one.ground,
        "at": one.at,
        "words": said(one.words),
        "answer": one.answer,
        "answered_at": one.answered_at,
        "answer_words": said(one.answer_words),
        "positions": [one.position, *answered],
    }


# ── in words ─────────────────────────────────────────────────────────────────────────────────────────────────────


def head(data: Data, language: Language) -> Head:
    """Which review, of whom, for which days; who reviews, who answers; where it stands."""
    review, period = data["review"], data["period"]
    lines = [word("period", language, **period), word("status." + review["status"], language)]
    facts = [Fact(word("about", language), ", ".join(review["postings"]))]
    for part, who in review["reviewers"].items():
        facts.append(Fact(word(f"part.{part}", language), f"{who['posting']}, {who['mission']}"))
    facts.append(Fact(word("digest", language), review["digest"], exact=True))
    return Head(word("title", language, review=review["review"]), tuple(lines), tuple(facts))


def sections(data: Data, language: Language) -> list[Section]:
    """What was said and signed, then the addenda, then the record itself in its own words."""
    from chancery.reports.paper import staff

    page = _Page(data, language)
    found = [page.section(name) for name in ("signatures", "comments", "contests", "editions", "readings")]
    found += [page.addendum(one) for one in data["addenda"]]
    own = [one for one in staff.sections(data["report"], language) if one.name != "cannot_see"]
    return [*found, *own, staff_unseen(data, language)]


def staff_unseen(data: Data, language: Language) -> Section:
    """What neither the record nor the review can see."""
    from chancery.reports import words

    own = unseen(data, language, word)
    record = unseen(data["report"], language, words.word)
    return Section(own.name, own.title, (*own.entries, *record.entries))


class _Page:
    def __init__(self, data: Data, language: Language) -> None:
        self.data, self.language = data, language
        zones = set(data["zones"].values())
        self.zone = zones.pop() if len(zones) == 1 else "UTC"

    def w(self, code: str, **values: object) -> str:
        return word(code, self.language, **values)

    def section(self, name: str) -> Section:
        """One of the lists, with its number."""
        figure = self.data["figures"][name]
        say = getattr(self, f"_{name}")
        entries = []
        for item in figure["items"]:
            subject, lines = say(item)
            entries.append(Entry(subject, lines, tuple(item["positions"])))
        return Section(name, self.w(name), tuple(entries), figure["count"])

    def addendum(self, one: Data) -> Section:
        """What a later edition says otherwise."""
        changes = one["difference"]["changes"]
        entries = tuple(
            Entry(
                self.w("changed", figure=self._figure(c), fields=", ".join(c["fields"]) or "-"),
                (),
                tuple(c["since"]),
            )
            for c in changes
        )
        name = f"addendum-{one['edition']}"
        return Section(name, self.w("addendum", edition=one["edition"]), entries, len(entries))

    def _figure(self, change: Data) -> str:
        from chancery.reports import words

        names = [change["figure"][side] for side in ("before", "after")]
        return " → ".join(words.word(n, self.language) if n else "-" for n in dict.fromkeys(names))

    def _signatures(self, item: Data) -> tuple[str, tuple[str, ...]]:
        part = self.w(f"part.{item['part']}")
        return self.w("signed", part=part, stance=self.w(f"stance.{item['stance']}")), (
            self.w("of_edition", edition=item["edition"], at=self._moment(item["at"])),
        )

    def _comments(self, item: Data) -> tuple[str, tuple[str, ...]]:
        part = self.w(f"part.{item['part']}")
        return self.w("said", part=part, at=self._moment(item["at"])), (self._words(item["words"]),)

    def _contests(self, item: Data) -> tuple[str, tuple[str, ...]]:
        from chancery.reports import words

        figure = (
            words.word(item["figure"], self.language) if item["figure"] in words.WORDS else item["figure"]
        )
        ground = self.w(f"ground.{item['ground']}")
        lines = [self.w("entries", positions=", ".join(str(p["position"]) for p in item["of"]) or "-")]
        lines += [self._words(item["words"])] if item["words"] else []
        if item["answer"] is None:
            lines.append(self.w("unanswered"))
        else:
            at = self._moment(item["answered_at"])
            lines.append(self.w("answered", answer=self.w(f"answer.{item['answer']}"), at=at))
            lines += [self._words(item["answer_words"])] if item["answer_words"] else []
        return self.w("contested", figure=figure, ground=ground, at=self._moment(item["at"])), tuple(lines)

    def _editions(self, item: Data) -> tuple[str, tuple[str, ...]]:
        seen = self._moment(item["seen"]) if item["seen"] else self.w("not_seen")
        code = "edition_addendum" if item["addendum"] else "edition"
        return self.w(code, edition=item["edition"], size=item["size"], at=self._moment(item["at"])), (
            self.w("seen", at=seen),
            self.w("reply", at=self._moment(item["reply_until"])),
            self.w("digest_is", digest=item["digest"]),
        )

    def _readings(self, item: Data) -> tuple[str, tuple[str, ...]]:
        return self.w("read", part=self.w(f"part.{item['part']}"), at=self._moment(item["at"])), ()

    def _words(self, words: Data) -> str:
        return self.w("gone") if words["text"] is None else self.w("quoted", text=words["text"])

    def _moment(self, text: str) -> str:
        """To the minute, in the mission's zone."""
        return f"{instant(text).astimezone(zone_info(self.zone)):%Y-%m-%d %H:%M}"
