"""Who asks: the session's account, the posts that it is in today, and as which of them it acts."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request

from chancery import queries
from chancery.accounts import OPERATOR as OPERATOR_ACCOUNT
from chancery.accounts import Account
from chancery.export.readable import OVERSEERS, Reader
from chancery.queries import Row
from chancery.web import sessions
from chancery.web.faults import NotHere, SignIn
from chancery.web.house import House, house
from chancery.web.sessions import Session
from chancery.web.speaking import speak
from domain.envelope import OPERATOR, Actor
from domain.mission import Mission

LEADS: Final = frozenset(
    {"focal_point", "focal_point_alternate", "deputy_head_of_mission", "head_of_mission"}
)
HEADS: Final = frozenset({"deputy_head_of_mission", "head_of_mission"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever is signed in. `posting` None: in no post today; only their own record is theirs to see."""

    account: Account
    session: Session
    posting: Row | None
    postings: tuple[Row, ...]
    mission: Mission | None
    role: str | None

    @property
    def actor(self) -> Actor:
        """As whom they act. Raises NotHere if they are in no post."""
        if self.is_operator:
            return OPERATOR
        if self.posting is None:
            raise NotHere("no-post")
        return Actor("officer", self.posting["posting"], self.posting["mission"], self.role)

    @property
    def is_operator(self) -> bool:
        """Whether they run the installation."""
        return self.account.officer == OPERATOR_ACCOUNT

    @property
    def is_lead(self) -> bool:
        """Whether they lead this work in their mission: focal points, heads."""
        return self.role in LEADS

    @property
    def is_head(self) -> bool:
        """Whether they head their mission."""
        return self.role in HEADS

    @property
    def oversees(self) -> bool:
        """Whether they look across missions: headquarters, auditors, the data protection officer."""
        return self.role in OVERSEERS

    @property
    def home(self) -> Mission:
        """Their own mission. Raises NotHere if they are in no post."""
        if self.mission is None:
            raise NotHere("no-post")
        return self.mission

    @property
    def zone(self) -> str:
        """The zone in which they read times."""
        return self.mission.clock.zone if self.mission is not None else "UTC"

    def may_see(self, mission: str) -> bool:
        """Whether a mission's work is theirs to see: their own, or any for whoever looks across missions."""
        return self.reader().may_see(mission)

    def reader(self, postings: frozenset[str] = frozenset()) -> Reader:
        """As whom they read the log. `postings`: every one of theirs, past too."""
        mission = self.mission.code if self.mission is not None else None
        return Reader(mission, self.role, postings, operator=self.is_operator)

    def check_sees(self, mission: str) -> None:
        """Raises NotHere, as for what does not exist, if the mission's work is not theirs to see."""
        if not self.may_see(mission):
            raise NotHere("no-such-page")


async def maybe_visitor(request: Request) -> Visitor | None:
    """Whoever is signed in, or None. Sets the language that is spoken."""
    known = getattr(request.state, "visitor", None)
    if known is not None:
        assert isinstance(known, Visitor)
        return known
    at = house(request)
    id_ = sessions.id_of(request, at)
    known_lately = at.lately.get(id_) if id_ is not None else None
    if known_lately is not None:
        session: Session | None = known_lately.session
        account: Account | None = known_lately.account
    else:
        session = await sessions.load(request, at)
        account = await at.accounts.get(session.account) if session is not None and session.account else None
    request.state.session = session
    if session is None or account is None:
        speak(request)
        return None
    speak(request, account.preferences)
    if known_lately is not None:
        postings = known_lately.postings
    else:
        postings = () if account.officer == OPERATOR_ACCOUNT else tuple(await running_of(at, account.officer))
        at.lately.put(session, account, postings)
    made = await _acting(at, account, session, postings)
    request.state.visitor = made
    return made


async def visitor_of(at: House, account: Account, session: Session) -> Visitor:
    """An account with the posts that it is in today, acting as the one that its session chose, else the first."""
    postings = () if account.officer == OPERATOR_ACCOUNT else tuple(await running_of(at, account.officer))
    return await _acting(at, account, session, postings)


async def _acting(at: House, account: Account, session: Session, running: tuple[Row, ...]) -> Visitor:
    chosen = next((r for r in running if r["posting"] == session.posting), running[0] if running else None)
    mission = await at.here.desk.mission(chosen["mission"]) if chosen is not None else None
    if (
        mission is not None
        and chosen is not None
        and not mission.runs(chosen["posting"], at.here.clock.now())
    ):
        chosen, mission = None, None  # it ended a moment ago
    role = mission.role_of(chosen["posting"]) if mission is not None and chosen is not None else None
    return Visitor(account, session, chosen, running, mission, role)


async def running_of(at: House, officer: str) -> list[Row]:
    """The postings of an officer that run today, each by its mission's own day."""
    codes = await at.here.directory.postings_of(at.here.pool, officer)
    now = at.here.clock.now()
    found = []
    for row in await queries.postings_by_code(at.here.log, codes):
        mission = await at.here.desk.mission(row["mission"])
        if mission.runs(row["posting"], now):
            found.append(row)
    return found


async def visitor(request: Request) -> Visitor:
    """Whoever is signed in. Raises SignIn, which leads to the sign-in page and back."""
    found = await maybe_visitor(request)
    if found is None:
        raise SignIn(request)
    return found


async def officer(request: Request) -> Visitor:
    """Somebody in a post. Raises SignIn, NotHere."""
    found = await visitor(request)
    if found.posting is None:
        raise NotHere("no-post")
    return found


Someone = Annotated[Visitor, Depends(visitor)]
Officer = Annotated[Visitor, Depends(officer)]
Maybe = Annotated[Visitor | None, Depends(maybe_visitor)]
At = Annotated[House, Depends(house)]
