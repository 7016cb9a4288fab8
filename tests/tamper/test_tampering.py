"""Every way of tampering that there is, at random places, by the database's superuser; and what is not found without a witness.

`make test` plays each five times, `make trials` a hundred (CHANCERY_TRIALS). A seed names its trial: `one(ground, attack, seed)`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random  # noqa: TID251 - seeded, and the seed is printed

import pytest

from chancery.log.verify import verify
from tests.log.tools import tell
from tests.tamper import hands
from tests.tamper.attacks import flipped
from tests.tamper.ground import Ground
from tests.tamper.trials import (
    ATTACKS,
    LEAVES,
    NOTES,
    RECEIPT,
    SIGNED,
    TABLE,
    TAIL,
    WITNESSED,
    Result,
    one,
    told,
)

TRIALS = int(os.environ.get("CHANCERY_TRIALS", "100"))
LONG = [pytest.mark.trials, pytest.mark.timeout(3600)]
TIMES = [5, pytest.param(TRIALS, marks=LONG)]
Played = Callable[[str, int], list[Result]]


@pytest.fixture(scope="session")
def played(ground: Ground) -> Played:
    """The trials of an attack: played once, looked at from several sides."""
    done: dict[tuple[str, int], Result] = {}

    def play(attack: str, times: int) -> list[Result]:
        for seed in range(times):
            if (attack, seed) not in done:
                done[attack, seed] = one(ground, attack, str(seed))
        results = [done[attack, seed] for seed in range(times)]
        tell(told(results))
        return results

    return play


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_found_with_a_witness_and_the_first_bad_position_named(
    played: Played, attack: str, times: int
) -> None:
    for result in played(attack, times):
        say = f"{attack}, seed {result.seed}, first bad {result.first}"
        assert result.detected(WITNESSED), say
        assert result.detected(LEAVES), say
        if result.first:
            for way in (WITNESSED, NOTES):
                assert result.bracketed(way), f"{say}: {result.found[way].found}"
            assert result.width(NOTES) <= result.width(WITNESSED), say
            assert result.named(LEAVES), f"{say}: {result.found[LEAVES].found}"


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("attack", ["edit", "insert, renumbered", "swap", "back-date"])
def test_the_control_the_database_alone_does_not_show_a_careful_hand(
    played: Played, attack: str, times: int
) -> None:
    """Were these found without any checkpoint, the attacks would be too weak to prove anything."""
    assert sum(result.detected(TABLE) for result in played(attack, times)) < times
    assert all(result.detected(SIGNED) and result.named(SIGNED) for result in played(attack, times))


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize(
    "attack", ["roll back to an older dump", "re-sign with the stolen key", "fork shown to two auditors"]
)
def test_the_control_checkpoints_of_the_installation_do_not_show_who_has_its_key_or_an_old_copy(
    played: Played, attack: str, times: int
) -> None:
    found = [r for r in played(attack, times) if r.detected(SIGNED)]
    # What a clumsy forger leaves in the views is seen; of the signatures nothing is.
    codes = {f.code for r in found for f in r.found[SIGNED].found}
    assert {code for code in codes if not code.startswith("view.")} <= {"log.version"}
    assert len(found) < times


@pytest.mark.parametrize("times", TIMES)
def test_the_unsigned_tail_is_shown_by_a_receipt_and_by_nothing_else(played: Played, times: int) -> None:
    results = played(TAIL, times)
    for way in (SIGNED, WITNESSED, NOTES, LEAVES):
        assert not any(f.code.startswith("log.") for r in results for f in r.found[way].found), way
    assert all(result.detected(RECEIPT) and result.named(RECEIPT) for result in results)


@pytest.mark.parametrize("flips", [20, pytest.param(10 * TRIALS, marks=LONG)])
async def test_every_flipped_bit_of_what_is_stored_is_found_where_it_is(ground: Ground, flips: int) -> None:
    chance = Random("bits")
    with ground.copy() as trial, trial.admin() as admin:
        hands.frozen(admin)  # a worn disk recomputes nothing
        async with trial.log() as log:
            assert (await verify(log)).ok
            for number in range(flips):
                position, again = flipped(admin, chance, ground.head)
                first = (await verify(log)).first
                assert first is not None, f"flip {number} at {position}"
                assert (first.position, first.exact) == (position, True), f"flip {number}: {first}"
                admin.execute(again)
            assert (await verify(log)).ok, "every bit was put back"
    tell(f"{flips} flipped bits found, each at its position")
