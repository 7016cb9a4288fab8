"""Staff tables and court lists, whole or with one thing wrong."""

from tests.imports.conftest import HEARINGS

HEADER = "mission;host;zone;post;role;officer;from;to;hrd_share_percent;languages;local_agent"
HEAD = "X;EG;Africa/Cairo;X-HOM;head_of_mission;X-1;2024-01-01;;5;en,fr;no"
FOCAL = "X;EG;Africa/Cairo;X-POL;focal_point;X-2;2024-01-01;2026-12-31;40;en,ar;no"


def table(*rows: str, header: str = HEADER) -> bytes:
    """A staff table of mission X; two sound lines unless others are given."""
    return ("\n".join((header, *(rows or (HEAD, FOCAL)))) + "\n").encode()


def lines(*each: str) -> str:
    """Content lines, joined as RFC 5545 ends them."""
    return "\r\n".join(each)


def event(*more: str, uid: str | None = "one@list", start: str | None = "DTSTART:20260624T093000") -> str:
    """A VEVENT of the lines given beside its UID and DTSTART."""
    own = [f"UID:{uid}"] if uid is not None else []
    return lines("BEGIN:VEVENT", *own, *([start] if start else []), *more, "END:VEVENT")


def ics(*events: str, head: str = "VERSION:2.0") -> bytes:
    """A calendar of these VEVENTs; the first line of the first of them is line 3."""
    return ("\r\n".join(["BEGIN:VCALENDAR", head, *events, "END:VCALENDAR"]) + "\r\n").encode()


def moved() -> bytes:
    """The sample's list, the second sitting a day later and the last one cancelled."""
    text = HEARINGS.decode()
    text = text.replace("DTSTART;VALUE=DATE:20190718", "DTSTART;VALUE=DATE:20190719")
    text = text.replace("DTEND;VALUE=DATE:20190719", "DTEND;VALUE=DATE:20190720")
    head, _, tail = text.rpartition("STATUS:CONFIRMED")
    return f"{head}STATUS:CANCELLED{tail}".encode()
