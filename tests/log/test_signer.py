"""The signer against real rows: what it signs, when it refuses, and that the first bad position is named."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from chancery.clock import ManualClock
from chancery.log import alarms, merkle
from chancery.log.alarms import SignerStopped
from chancery.log.checkpoints import Kept, opened
from chancery.log.durable import Busy
from chancery.log.notes import SigningKey
from chancery.log.signer import Signer, acknowledge
from chancery.log.sources import LogSource, Row
from tests.log.test_tree import grow, leaves_of

Connection = psycopg.Connection[TupleRow]


Make = Callable[[], Signer]


@pytest.fixture
def make(source: LogSource, key: SigningKey, tmp_path: Path, clock: ManualClock) -> Make:
    return lambda: Signer(source, tmp_path / "log", [key], clock)


async def test_what_it_signs_is_the_tree_over_the_bytes(
    app: Connection, make: Make, key: SigningKey, tmp_path: Path
) -> None:
    kept = Kept(tmp_path / "log")
    async with make() as signer:
        first = await signer.step()
        assert first is not None
        assert (first.checkpoint.size, first.checkpoint.root) == (0, merkle.EMPTY)
        roots = {0: merkle.EMPTY}
        for upto in (1, 200, 256, 300, 700):
            leaves = grow(app, upto)
            made = await signer.step()
            assert made is not None
            assert opened(made.note_text, key.verifier.name, [key.verifier]) == made
            roots[upto] = made.checkpoint.root
            assert made.checkpoint.root == merkle.root(leaves)
            assert await signer.step() is None  # nothing new
            assert kept.latest() == made
        assert list(signer.tiles.leaves(0, 700)) == leaves
        assert signer.tiles.inclusion(450, 600) == merkle.inclusion(leaves, 449, 600)
    assert {s.checkpoint.size: s.checkpoint.root for s in kept.all()} == roots
    assert (tmp_path / "log" / "vkey").read_text() == f"{key.verifier}\n"
    grow(app, 710)
    async with make() as signer:  # another run goes on where that one was
        made = await signer.step()
        assert made is not None
        proof = signer.tiles.consistency(700, 710)
        assert merkle.check_consistency(700, 710, roots[700], made.checkpoint.root, proof)


async def test_it_signs_again_every_five_minutes(
    make: Make, app: Connection, clock: ManualClock, tmp_path: Path
) -> None:
    grow(app, 3)
    async with make() as signer:
        await signer.step()
        clock.advance(timedelta(seconds=299))
        assert await signer.step() is None
        clock.advance(timedelta(seconds=1))
        assert await signer.step() is not None
        assert await signer.step() is None
    state = alarms.signed(tmp_path / "log")
    assert state is not None
    assert state.at == int(clock.now().timestamp())
    assert len(list(Kept(tmp_path / "log").all())) == 1  # the same again is no history


async def test_a_clock_that_is_set_back_never_disturbs_the_order(
    source: LogSource, key: SigningKey, app: Connection, tmp_path: Path, clock: ManualClock
) -> None:
    for upto, days in ((1, 0), (2, -3), (3, 1)):
        grow(app, upto)
        async with Signer(source, tmp_path, [key], ManualClock(clock.now() + timedelta(days=days))) as signer:
            await signer.step()
    assert [s.checkpoint.size for s in Kept(tmp_path).all()] == [1, 2, 3]
    assert len(list((tmp_path / "history").iterdir())) == 2


def alter(statement: str) -> Callable[[Connection], None]:
    return lambda admin: [admin.execute(each.encode()) for each in statement.split(";")] and None


def forge_leaf(admin: Connection) -> None:
    """A stored leaf that is not that of the bytes takes another table."""
    admin.execute("ALTER TABLE log.event ALTER COLUMN leaf DROP EXPRESSION")
    admin.execute("UPDATE log.event SET leaf = sha256('other') WHERE position = 310")


LATER = "UPDATE log.event SET recorded_us = recorded_us + 1 WHERE position"
DAMAGE: dict[str, tuple[Callable[[Connection], None], str, int]] = {
    # what was signed (1 … 300)
    "the last signed": (alter(f"{LATER} = 300"), "signer.rewritten", 300),
    "the last signed and an earlier": (alter(f"{LATER} IN (300, 17, 280)"), "signer.rewritten", 17),
    "the end": (alter("DELETE FROM log.event WHERE position > 290"), "signer.shrunk", 291),
    "the end and an edit": (
        alter(f"DELETE FROM log.event WHERE position > 290; {LATER} = 5"),
        "signer.shrunk",
        5,
    ),
    "all": (alter("DELETE FROM log.event"), "signer.shrunk", 1),
    # what is new (301 … 320)
    "a gap": (alter("DELETE FROM log.event WHERE position = 305"), "signer.gap", 305),
    "a forged leaf": (forge_leaf, "signer.leaf", 310),
    "time": (alter("UPDATE log.event SET recorded_us = 5 WHERE position = 312"), "signer.time", 312),
}


@pytest.mark.parametrize("name", DAMAGE)
async def test_damage_stops_it_for_good_and_is_named(
    name: str, app: Connection, admin: Connection, make: Make, tmp_path: Path
) -> None:
    damage, code, position = DAMAGE[name]
    grow(app, 300)
    async with make() as signer:
        before = await signer.step()
        grow(app, 320)
        damage(admin)
        with pytest.raises(SignerStopped) as stopped:
            await signer.step()
    assert (stopped.value.code, stopped.value.position) == (code, position)
    assert "{" not in stopped.value.sentence("en") + stopped.value.sentence("fr")
    assert Kept(tmp_path / "log").latest() == before  # nothing was signed
    alarm = alarms.standing(tmp_path / "log")
    assert alarm is not None
    assert alarm.why.sentence("fr") == stopped.value.sentence("fr")
    with pytest.raises(SignerStopped):  # nor by another run
        async with make():
            pass
    put_away = acknowledge(tmp_path / "log")
    assert put_away is not None
    assert put_away.line() == alarm.line() == (tmp_path / "log" / "alarms").read_bytes()
    assert alarms.standing(tmp_path / "log") is None
    async with make() as signer:  # a person said so, but it is still so
        with pytest.raises(SignerStopped, match=r"."):
            await signer.step()
    assert Kept(tmp_path / "log").latest() == before


async def test_a_log_put_back_and_grown_again_is_found(
    app: Connection, admin: Connection, make: Make
) -> None:
    """Longer than what was signed, but not the same: the head alone would say that all is well."""
    grow(app, 20)
    async with make() as signer:
        await signer.step()
        admin.execute("DELETE FROM log.event WHERE position > 11")
        grow(app, 40)
        with pytest.raises(SignerStopped) as stopped:
            await signer.step()
    assert (stopped.value.code, stopped.value.position) == ("signer.rewritten", 12)


async def test_what_was_signed_long_ago_is_looked_at_again(
    app: Connection, admin: Connection, make: Make
) -> None:
    grow(app, 300)
    async with make() as signer:
        await signer.step()
        assert [await signer.look_back(120) for _ in range(4)] == [120, 240, 300, 120]
        admin.execute("UPDATE log.event SET recorded_us = recorded_us - 1 WHERE position = 77")
        assert await signer.step() is None  # the end is as it was
        assert await signer.look_back(120) == 240
        assert await signer.look_back(120) == 300
        with pytest.raises(SignerStopped) as stopped:
            await signer.look_back(120)
    assert (stopped.value.code, stopped.value.position) == ("signer.rewritten", 77)


async def test_another_log_is_not_signed(
    app: Connection, admin: Connection, make: Make, source: LogSource, tmp_path: Path, clock: ManualClock
) -> None:
    grow(app, 5)
    async with make() as signer:
        await signer.step()
        admin.execute("UPDATE log.origin SET origin = 'chancery-other'")
        with pytest.raises(SignerStopped) as stopped:
            await signer.step()
    assert stopped.value.code == "signer.origin"
    acknowledge(tmp_path / "log")
    with pytest.raises(SignerStopped) as stopped:  # the key is for the old one
        async with make():
            pass
    assert stopped.value.code == "signer.key"
    other = SigningKey.of("chancery-other", bytes(32))
    with pytest.raises(SignerStopped) as stopped:  # and so is the folder
        async with Signer(source, tmp_path / "log", [other], clock):
            pass
    assert stopped.value.code == "signer.origin"


async def test_one_signer_at_a_time(make: Make) -> None:
    async with make():
        with pytest.raises(Busy):
            async with make():
                pass
    async with make() as signer:
        assert await signer.step() is not None


def lose_state(folder: Path) -> None:
    (folder / "state").unlink()


def old_state(folder: Path) -> None:
    state = alarms.signed(folder)
    assert state is not None
    older = Kept(folder).at_least(1)
    assert older is not None
    made = alarms.State(state.origin, older.checkpoint.size, older.checkpoint.root, state.at)
    (folder / "state").write_bytes(made.line())


def half_state(folder: Path) -> None:
    (folder / "state").write_text('{"origin": "x"')


def other_root(folder: Path) -> None:
    state = alarms.signed(folder)
    assert state is not None
    (folder / "state").write_bytes(alarms.State(state.origin, state.size, merkle.EMPTY, state.at).line())


def lose_tile(folder: Path) -> None:
    (folder / "tile" / "0" / "001.p" / "44").unlink()


def flip_tile(folder: Path) -> None:
    path = folder / "tile" / "0" / "001.p" / "44"
    path.write_bytes(path.read_bytes()[::-1])


def short_tile(folder: Path) -> None:
    path = folder / "tile" / "0" / "001.p" / "44"
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    "spoil", [lose_state, old_state, half_state, other_root, lose_tile, flip_tile, short_tile]
)
async def test_a_folder_that_is_not_as_it_was_left_signs_nothing(
    spoil: Callable[[Path], None], app: Connection, make: Make, tmp_path: Path
) -> None:
    async with make() as signer:
        for upto in (100, 300):
            grow(app, upto)
            await signer.step()
    spoil(tmp_path / "log")
    grow(app, 320)
    with pytest.raises(SignerStopped) as stopped:
        async with make() as signer:
            await signer.step()
    assert stopped.value.code == "signer.state"
    assert max(s.checkpoint.size for s in Kept(tmp_path / "log").all()) == 300


async def test_two_keys_sign_while_one_takes_over(
    source: LogSource, key: SigningKey, app: Connection, tmp_path: Path, clock: ManualClock
) -> None:
    grow(app, 4)
    new = SigningKey.of(key.verifier.name, bytes(range(32)))
    async with Signer(source, tmp_path, [key, new], clock) as signer:
        made = await signer.step()
    assert made is not None
    assert made.signed_by([key.verifier]) == [key.verifier]
    assert made.signed_by([new.verifier]) == [new.verifier]


class Restless(LogSource):
    """A log that grows whenever it is read."""

    def __init__(self, source: LogSource, app: Connection) -> None:
        super().__init__(source._pool)
        self.app = app

    async def rows(self, after: int, limit: int) -> list[Row]:
        found = await super().rows(after, limit)
        grow(self.app, after + len(found) + 7)
        return found


async def test_what_comes_while_it_reads_is_signed_next(
    app: Connection, source: LogSource, key: SigningKey, tmp_path: Path, clock: ManualClock
) -> None:
    grow(app, 3)
    async with Signer(Restless(source, app), tmp_path, [key], clock) as signer:
        for size in (3, 10, 17, 24):
            made = await signer.step()
            assert made is not None
            assert made.checkpoint.size == size
            assert made.checkpoint.root == merkle.root(leaves_of(app)[:size])
