"""The key store: made once, shared by processes, locked and destroyed at once for all of them."""

import base64
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chancery import keyfiles
from chancery.keystore import (
    BadKeyId,
    FileKeyStore,
    KeyMissing,
    KeyStore,
    KeyStoreUnsafe,
    Shredded,
    VaultLocked,
)
from chancery.sealing import VaultError

ELSEWHERE = """
import sys
from pathlib import Path
from chancery.keystore import FileKeyStore
store = FileKeyStore(Path(sys.argv[1]))
print(*[getattr(store, sys.argv[2])(*sys.argv[3:])])
"""


@pytest.fixture
def store(tmp_path: Path) -> FileKeyStore:
    store = FileKeyStore(tmp_path / "keys")
    store.create_mission("Q")
    store.create_case("Q", "c1")
    return store


def elsewhere(store: FileKeyStore, *command: str) -> None:
    """Do it in another process."""
    subprocess.run([sys.executable, "-c", ELSEWHERE, folder(store), *command], check=True, timeout=30)


def folder(store: FileKeyStore) -> str:
    return str(store._folder)


def files(store: FileKeyStore) -> list[Path]:
    return [path for path in Path(folder(store)).rglob("*") if path.is_file()]


def test_keys_are_made_once_and_read_by_any_process_of_the_store(store: FileKeyStore) -> None:
    mission, case = store.get("mission:Q"), store.get("case:c1")
    assert len(mission) == len(case) == 32 != len({mission, case})
    assert (store.create_mission("Q"), store.create_case("Q", "c1")) == ("mission:Q", "case:c1")
    again: KeyStore = FileKeyStore(Path(folder(store)))
    assert (again.get("mission:Q"), again.get("case:c1"), again.mission_of("case:c1")) == (mission, case, "Q")


def test_no_key_lies_in_the_folder_in_clear(store: FileKeyStore) -> None:
    held = b"".join(path.read_bytes() for path in files(store))
    root = next(path for path in files(store) if path.name == "root.key").read_bytes()
    assert root in held  # the control: the root key is there, and would be found
    for key_id in ("mission:Q", "case:c1"):
        key = store.get(key_id)
        for form in (key, key.hex().encode(), json.dumps(list(key)).encode(), base64.b64encode(key)):
            assert form not in held


def test_files_are_for_their_owner_alone(store: FileKeyStore) -> None:
    for path in Path(folder(store)).rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


@pytest.mark.parametrize("name", [".", "root.key"])
def test_a_store_open_to_others_is_refused(store: FileKeyStore, name: str) -> None:
    FileKeyStore(Path(folder(store)))
    (Path(folder(store)) / name).chmod(0o755)
    with pytest.raises(KeyStoreUnsafe, match="open to others"):
        FileKeyStore(Path(folder(store)))


def test_a_lost_root_key_is_not_replaced_by_a_new_one(store: FileKeyStore) -> None:
    (Path(folder(store)) / "root.key").unlink()
    with pytest.raises(KeyStoreUnsafe, match="restore"):
        FileKeyStore(Path(folder(store)))


def test_a_store_is_begun_by_one_process_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    with ThreadPoolExecutor(1) as pool:
        with keyfiles.exclusive(folder / "mutex"):
            begun = pool.submit(FileKeyStore, folder)
            with pytest.raises(TimeoutError):
                begun.result(0.3)
            assert not (folder / "root.key").exists()
        begun.result(10)
    assert (folder / "root.key").exists()


def test_the_root_key_may_be_kept_elsewhere(tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path / "keys", os.urandom(32))
    store.create_mission("Q")
    assert not (tmp_path / "keys" / "root.key").exists()
    with pytest.raises(KeyStoreUnsafe, match="another root key"):
        FileKeyStore(tmp_path / "keys", os.urandom(32)).get("mission:Q")
    with pytest.raises(KeyStoreUnsafe, match="31 bytes"):
        FileKeyStore(tmp_path / "keys", bytes(31))


def test_a_file_put_in_anothers_place_is_refused(store: FileKeyStore) -> None:
    store.create_case("Q", "c2")
    home = Path(folder(store)) / "missions" / "Q"
    (home / "case.c2.key").write_bytes((home / "case.c1.key").read_bytes())
    with pytest.raises(KeyStoreUnsafe, match="altered"):
        store.get("case:c2")
    assert store.get("case:c1")


def test_a_truncated_file_is_refused(store: FileKeyStore) -> None:
    path = Path(folder(store)) / "missions" / "Q" / "case.c1.key"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(KeyStoreUnsafe):
        store.get("case:c1")


def test_a_key_never_made_is_missing(store: FileKeyStore) -> None:
    asks: list[Callable[[], object]] = [
        lambda: store.get("case:none"),
        lambda: store.get("mission:Z"),
        lambda: store.create_case("Z", "c9"),
        lambda: store.lock("Z"),
        lambda: store.keys("Z"),
    ]
    for ask in asks:
        with pytest.raises(KeyMissing):
            ask()


def test_a_case_belongs_to_one_mission(store: FileKeyStore) -> None:
    store.create_mission("R")
    with pytest.raises(KeyMissing, match="another mission"):
        store.create_case("R", "c1")
    assert store.mission_of("case:c1") == "Q"


@pytest.mark.parametrize(
    "key_id", ["", "Q", "mission:", "mission:../Q", "case:a/b", "case:a.b", "other:x", "case:c1\n"]
)
def test_a_key_id_that_could_leave_the_folder_is_refused(store: FileKeyStore, key_id: str) -> None:
    before = files(store)
    asks: list[Callable[[str], object]] = [store.get, store.destroy, store.mission_of]
    for ask in asks:
        with pytest.raises(BadKeyId):
            ask(key_id)
    with pytest.raises(BadKeyId):
        store.create_mission(key_id.partition(":")[2] + "/..")
    assert files(store) == before


def test_a_lock_counts_in_every_process_at_once(store: FileKeyStore) -> None:
    store.create_mission("R")
    assert store.get("mission:Q")
    assert store.get("case:c1")  # both now held in memory
    elsewhere(store, "lock", "Q")
    for key_id in ("mission:Q", "case:c1"):
        with pytest.raises(VaultLocked) as refused:
            store.get(key_id)
        assert refused.value.code == "vault.locked"
    with pytest.raises(VaultLocked):
        store.create_case("Q", "c2")
    assert store.get("mission:R")
    assert store.locked("Q")
    assert "case:c1" in store.keys("Q")
    elsewhere(store, "unlock", "Q")
    assert store.get("case:c1")
    assert not store.locked("Q")


def test_a_key_destroyed_elsewhere_is_gone_at_once_and_for_good(store: FileKeyStore) -> None:
    store.create_case("Q", "c2")
    assert store.get("case:c1")
    elsewhere(store, "destroy", "case:c1")
    with pytest.raises(Shredded) as refused:
        store.get("case:c1")
    assert refused.value.code == "vault.shredded"
    with pytest.raises(Shredded):
        store.create_case("Q", "c1")
    assert not any("case.c1.key" in path.name for path in files(store))
    assert store.get("case:c2")
    assert store.keys("Q") == ("mission:Q", "case:c2")
    store.destroy("case:c1")  # again: no error


def test_a_missions_key_takes_its_cases_along_in_every_process(store: FileKeyStore) -> None:
    assert store.get("case:c1")  # now held in memory
    elsewhere(store, "destroy", "mission:Q")
    for key_id in ("mission:Q", "case:c1"):
        with pytest.raises(Shredded):
            store.get(key_id)
    with pytest.raises(Shredded):
        store.create_mission("Q")


def test_a_key_restored_from_a_backup_stays_refused(store: FileKeyStore) -> None:
    path = Path(folder(store)) / "missions" / "Q" / "case.c1.key"
    backup = path.read_bytes()
    store.destroy("case:c1")
    path.write_bytes(backup)
    with pytest.raises(Shredded):
        store.get("case:c1")
    store.destroy("case:c1")
    assert not path.exists()


def test_a_key_may_be_destroyed_before_it_is_ever_made(store: FileKeyStore) -> None:
    store.destroy("case:later")
    with pytest.raises(Shredded):
        store.create_case("Q", "later")


def test_the_bytes_are_overwritten_before_the_file_goes(
    store: FileKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(folder(store)) / "missions" / "Q" / "case.c1.key"
    before, left = path.read_bytes(), []
    unlink = Path.unlink

    def look(self: Path, missing_ok: bool = False) -> None:
        if self == path:
            left.append(self.read_bytes())
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", look)
    store.destroy("case:c1")
    [last] = left
    assert len(last) == len(before)
    assert last != before


def test_a_crash_after_the_tombstone_leaves_no_readable_key(
    store: FileKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_: Path) -> None:
        raise OSError("killed here")

    with monkeypatch.context() as patch:
        patch.setattr(keyfiles, "shred", crash)
        with pytest.raises(OSError, match="killed here"):
            store.destroy("case:c1")
    assert (Path(folder(store)) / "missions" / "Q" / "case.c1.key").exists()
    with pytest.raises(Shredded):
        store.get("case:c1")
    assert store.keys("Q") == ("mission:Q",)
    store.destroy("case:c1")
    assert not (Path(folder(store)) / "missions" / "Q" / "case.c1.key").exists()


def test_a_file_is_never_overwritten_and_leaves_no_draft(tmp_path: Path) -> None:
    keyfiles.write_once(tmp_path / "one", b"first")
    with pytest.raises(FileExistsError):
        keyfiles.write_once(tmp_path / "one", b"second")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("one", b"first")]


def test_what_is_held_in_memory_is_dropped_after_its_time(tmp_path: Path) -> None:
    now = 0.0
    store = FileKeyStore(tmp_path / "keys", ttl=5, clock=lambda: now)
    store.create_mission("Q")
    store.create_mission("R")
    store.get("mission:Q")
    assert "mission:Q" in store._held
    now = 5.0
    store.get("mission:R")
    assert set(store._held) == {"mission:R"}


RACE = """
import sys
from pathlib import Path
from chancery.keystore import FileKeyStore
sys.stdin.readline()
store = FileKeyStore(Path(sys.argv[1]))
for n in range(20):
    store.create_mission(f"M{n}")
    store.create_case(f"M{n}", f"c{n}")
    print(store.get(f"mission:M{n}").hex(), store.get(f"case:c{n}").hex())
"""


def test_of_many_processes_that_make_one_key_one_wins(tmp_path: Path) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, str(tmp_path / "keys")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    outcomes = {racer.communicate(timeout=60)[0] for racer in racers}
    assert [racer.returncode for racer in racers] == [0] * 4
    assert len(outcomes) == 1
    assert len(set(outcomes.pop().split())) == 40


def test_readers_beside_a_destroyer_meet_the_key_or_shredded_and_nothing_else(store: FileKeyStore) -> None:
    keys = {f"case:r{n}": store.get(store.create_case("Q", f"r{n}")) for n in range(40)}

    def read(_: int) -> set[str]:
        met: set[str] = set()
        own = FileKeyStore(Path(folder(store)), ttl=0)
        for _ in range(3):
            for key_id, key in keys.items():
                try:
                    met.add("key" if own.get(key_id) == key else "other")
                except VaultError as refusal:
                    met.add(refusal.code)
        return met

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read, n) for n in range(3)]
        for key_id in keys:
            store.destroy(key_id)
        assert set().union(*(reader.result() for reader in readers)) <= {"key", "vault.shredded"}
    for key_id in keys:
        with pytest.raises(Shredded):
            store.get(key_id)
