"""The rest of a staff report a second time, from the raw events: who entered what and when, sittings, proofs, load, sources."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.reports.plain import DAY, Plain, Raw, when

HELD = ("TaskOpened", "TaskAssigned")
CONTACTS = ("CONTACT", "MEET-ANNUAL", "FIELD-VISIT", "OSCE-CONTACT", "CH-CONTACT")
NO_CONTACT = ("plan", "tell-participants", "actions", "keep-promise")


class PlainMore(Plain):
    """Every further figure as a list of the positions of what it is about."""

    def lists(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {
            "escalations": self.escalations(),
            "acted_for": self.acted_for(),
            "waiting": self.waiting(),
            "pauses": self.pauses(),
            "rota": self.rota(),
            "swaps": self.swaps(),
            "out_of_hours": self.out_of_hours(),
            "late_entries": self.late_entries(),
            "opened_by": [
                e["position"] for e in self.entered() if e["type"] in ("ObligationOpened", "AppointmentSet")
            ],
            "own_time": [task[0]["position"] for task, _ in self.mine()],
            "stood_in": self.stood_in(),
        }
        found |= self.sittings() | self.proofs() | self.corrections()
        return {name: sorted(positions) for name, positions in found.items()}

    # --- which obligations a report of this posting looks at --------------------------------------------------------------

    def part(self) -> set[str]:
        """Streams in which the posting, or somebody for whom it was named substitute, held or was asked anything."""
        people = {self.me} | {a["posting"] for a in self.away if a["substitute"] == self.me}
        found = set()
        for e in self.events:
            data = e["data"]
            named: list[Any] = []
            if e["type"] in (*HELD, "RotaAnswered"):
                named = [data["posting"]]
            elif e["type"] == "RotaOffered":
                named = data["to"]
            elif e["type"] == "ObserverAssigned":
                named = [data["observer"], data["backup"], data["support"]]
            if people & set(named):
                found.add(e["stream"])
        return found

    def in_part(self) -> list[Raw]:
        streams = self.part()
        return [e for e in self.events if e["stream"] in streams]

    def by_me(self, e: Raw) -> bool:
        return bool(e["actor"]["code"] == self.me)

    def entered(self) -> list[Raw]:
        """What the posting entered in the period, where it had a part."""
        return [e for e in self.in_part() if self.by_me(e) and self.inside(e["recorded"])]

    # --- entries ----------------------------------------------------------------------------------------------------------

    def out_of_hours(self) -> list[int]:
        own = [*self.entered(), *(e for e in self.events if e["stream"] == "mission/Q" and self.by_me(e))]
        seen, found = set(), []
        for e in own:
            key = (e["stream"], e["command"]["id"])
            if key in seen or not self.inside(e["recorded"]):
                continue
            seen.add(key)
            local = e["recorded"].astimezone(self.zone)
            if not self.works(local.date()) or not 8 <= local.hour < 18 or self.absent(self.me, local.date()):
                found.append(e["position"])
        return found

    def late_entries(self) -> list[int]:
        ends = set()
        for task in self.tasks.values():
            end = self.end_of(task)
            holders = [e["data"]["posting"] for e in task if e["type"] in HELD and when(e["at"]) < self.end]
            if end and holders and holders[-1] == self.me:
                ends.add(end["position"])
        found = []
        for e in self.in_part():
            if not self.inside(e["recorded"]) or not (self.by_me(e) or e["position"] in ends):
                continue
            said = (
                e["data"].get("happened_at")
                if e["type"] in ("TaskCompleted", "TaskNotActed", "SittingHeld")
                else None
            )
            said = e["at"] if e["type"] == "ObligationOpened" else said
            if said and self.day(when(said)) < self.day(e["recorded"]):
                found.append(e["position"])
        return found

    def escalations(self) -> list[int]:
        return [
            e["position"]
            for e in self.in_part()
            if e["type"] == "NoticeRecorded"
            and e["data"]["kind"] == "escalation"
            and self.me in e["data"]["to"]
            and self.inside(when(e["at"]))
        ]

    def acted_for(self) -> list[int]:
        acted = [e for e in self.in_part() if self.by_me(e) and e["actor"].get("for") not in (None, self.me)]
        return [e["position"] for e in acted if "task" in e["data"] and self.inside(when(e["at"]))]

    # --- waits ------------------------------------------------------------------------------------------------------------

    def waits(self, task: list[Raw], until: datetime) -> list[tuple[Raw, datetime, datetime, list[Raw]]]:
        """(pause, start, end, the entries that declared or renewed it)."""
        found = []
        end = self.end_of(task)
        known = [e for e in task if when(e["at"]) < self.end]
        for n, pause in enumerate(known):
            if pause["type"] != "ClockPaused":
                continue
            said, stops = [pause], [until]
            for e in known[n + 1 :]:
                if e["type"] == "ClockPaused":
                    break
                if e["type"] == "WaitRenewed":
                    said.append(e)
                if e["type"] == "ClockResumed":
                    stops.append(when(e["at"]))
            stops.append(when(said[-1]["data"]["lapses"]))
            if end:
                stops.append(when(end["at"]))
            found.append((pause, when(pause["at"]), max(min(stops), when(pause["at"])), said))
        return found

    def waiting(self) -> list[int]:
        found = []
        for task, stints in self.mine():
            for came, _, gone in stints:
                closed = when(gone["at"]) if gone else max(min(self.now, self.end), when(came["at"]))
                for pause, starts, ends, _ in self.waits(task, closed):
                    if ends > when(came["at"]) and starts < closed:
                        found.append(pause["position"])
        return found

    def pauses(self) -> list[int]:
        found, streams = [], self.part()
        for task in self.tasks.values():
            if task[0]["stream"] in streams:
                for pause, _, _, said in self.waits(task, self.end):
                    if any(self.by_me(e) and self.inside(when(e["at"])) for e in said):
                        found.append(pause["position"])
        return found

    # --- sittings ---------------------------------------------------------------------------------------------------------

    def rota(self) -> list[int]:
        found = []
        for e in self.events:
            offered = e["type"] == "RotaOffered" and self.me in e["data"]["to"]
            answered = e["type"] == "RotaAnswered" and e["data"]["posting"] == self.me
            if (offered or answered) and self.inside(when(e["at"])):
                found.append(e["position"])
        return found

    def swaps(self) -> list[int]:
        found = []
        for events in self.streams.values():
            observer: dict[str, str] = {}
            for e in events:
                if e["type"] == "RotaAnswered" and e["data"]["answer"] == "observer":
                    observer.setdefault(e["data"]["appointment"], e["data"]["posting"])
                if e["type"] == "ObserverAssigned":
                    code, to = e["data"]["appointment"], e["data"]["observer"]
                    if (
                        to == self.me
                        and observer.get(code, self.me) != self.me
                        and self.inside(when(e["at"]))
                    ):
                        found.append(e["position"])
                    observer[code] = to
        for task in self.tasks.values():
            opened = task[0]["data"]
            sits = self.sits.get((task[0]["stream"], opened["appointment"] or ""))
            if sits is None or "admitted" not in self.steps[task[0]["stream"], opened["step"]]["results"]:
                continue
            held = [e for e in task if e["type"] in HELD and when(e["at"]) < self.end]
            for before, e in pairwise(held):
                came = e["data"]["posting"] == self.me != before["data"]["posting"]
                if came and when(e["at"]) < sits and self.inside(when(e["at"])):
                    found.append(e["position"])
        return found

    def sittings(self) -> dict[str, list[int]]:
        attended, refused = [], []
        for (stream, _), task in self.tasks.items():
            if stream not in self.part() or task[0]["data"]["appointment"] is None:
                continue
            code, end = task[0]["data"]["appointment"], self.end_of(task)
            sits = self.sits.get((stream, code))
            if end is None or sits is None or not self.inside(sits):
                continue
            admitted = end["data"].get("result", {}).get("admitted")
            if end["data"].get("outcome") == "refused_by_authorities":
                admitted = "refused"
            helped = any(
                e["type"] == "ObserverAssigned"
                and e["data"]["appointment"] == code
                and e["data"]["support"] == self.me
                for e in self.streams[stream]
            )
            if admitted and (self.was_there(task, sits) or helped):
                attended.append(end["position"])
                if admitted == "refused":
                    refused.append(end["position"])
        return {"sittings": attended, "refused_entry": refused}

    def was_there(self, task: list[Raw], at: datetime) -> bool:
        held = [e for e in task if e["type"] in HELD and when(e["at"]) < self.end]
        before = [e for e in held if when(e["at"]) <= at]
        who = (before or held[:1])[-1]["data"]["posting"]
        named = [a["substitute"] for a in self.absent(who, self.day(at)) if a["substitute"]]
        present = [one for one in named if not self.absent(one, self.day(at))]
        return self.me == ([*present, *named, who])[0]

    # --- proofs and second thoughts ---------------------------------------------------------------------------------------

    def proofs(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {
            n: [] for n in ("evidence", "without_evidence", "training", "contacts")
        }
        for task, _, end in self.ended_mine():
            if end["type"] != "TaskCompleted":
                continue
            stream, step = task[0]["stream"], task[0]["data"]["step"]
            given = [proof["kind"] for proof in end["data"]["evidence"]]
            found["evidence"] += [end["position"]] * len(given)
            if set(self.steps[stream, step]["evidence"]) - set(given):
                found["without_evidence"].append(end["position"])
            if self.definition[stream] == "TRAIN":
                found["training"].append(end["position"])
            if self.definition[stream] in CONTACTS and step not in NO_CONTACT:
                found["contacts"].append(end["position"])
        return found

    def corrections(self) -> dict[str, list[int]]:
        made, not_made = [], []
        for task, _, end in self.ended_mine():
            later = [e for e in task if e["position"] > end["position"]]
            corrected = [e for e in later if e["type"] == "TaskCorrected"]
            made += [e["position"] for e in corrected]
            granted = {e["data"].get("proposal") for e in corrected}
            asked = [e for e in later if e["type"] == "CorrectionProposed" and e["id"] not in granted]
            not_made += [e["position"] for e in asked]
        return {"corrections": made, "corrections_not_made": not_made}

    # --- load and sources -------------------------------------------------------------------------------------------------

    def stood_in(self) -> list[int]:
        found = []
        for task in self.tasks.values():
            held = {e["data"]["posting"] for e in task if e["type"] in HELD and when(e["at"]) < self.end}
            mine = {a["posting"] for a in self.away if a["substitute"] == self.me}
            opened = when(task[0]["at"]) < self.end
            if opened and held & mine and not self.stints(task) and self.own_of(task, entered=True):
                found.append(task[0]["position"])
        return found

    def load(self) -> dict[str, list[int]]:
        """ISO week → the positions at which the tasks held in it had come."""
        found: dict[str, set[int]] = {}
        day = self.first
        while day <= min(self.last, self.day(self.now)):
            year, week, _ = day.isocalendar()
            held = found.setdefault(f"{year}-W{week:02d}", set())
            for _, stints in self.mine():
                for came, _, gone in stints:
                    closed = when(gone["at"]) if gone else self.end
                    if self.day(when(came["at"])) <= day <= self.day(closed):
                        held.add(came["position"])
            day += DAY
        return {week: sorted(held) for week, held in found.items()}

    def sources(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for task, stints in self.mine():
            for _, how, _ in stints:
                found.setdefault(task[0]["data"]["source"], Counter())[how] += 1
        return found

    def share(self) -> int:
        """The share of the posting's post, as the staff table said (these histories describe no job)."""
        post = next(
            e["data"]["post"]
            for e in self.events
            if e["type"] == "PostingBegan" and e["data"]["posting"] == self.me
        )
        created = [e["data"] for e in self.events if e["type"] == "PostCreated" and e["data"]["post"] == post]
        return int(created[-1]["share_percent"])

    def head(self, field: str) -> list[tuple[str, str, int]]:
        """(first, last, working days) of absences in which the posting is that `field`: `posting`, or `substitute`."""
        found = []
        for a in self.away:
            first, last = max(a["from_day"], self.first.isoformat()), min(a["until"], self.last.isoformat())
            if a[field] == self.me and first <= last:
                day, days = datetime.fromisoformat(first).date(), 0
                while day.isoformat() <= last:
                    days += self.works(day)
                    day += timedelta(days=1)
                found.append((first, last, days))
        return sorted(found)
