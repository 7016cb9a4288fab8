"""A million events: memory stays flat, in the export and in the verifier."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from chancery.export.making import VERIFIER
from tests.conftest import Database
from tests.export.made import Ground

MANY = 1_000_000
_GROW = """
INSERT INTO log.event (position, recorded_us, stream, body)
SELECT n, 1777960800000000 + n, (SELECT id FROM log.stream WHERE name = 'mission/Q'),
       convert_to(jsonb_set(jsonb_set(%s::jsonb, '{version}', to_jsonb(n)), '{id}',
                            to_jsonb(gen_random_uuid()::text))::text, 'UTF8')
  FROM generate_series(%s::bigint, %s::bigint) AS n
"""


def run(arguments: list[object]) -> str:
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.trials
async def test_a_million_events(ground: Ground, written_log: Database, tmp_path: Path) -> None:
    """The rows are made in the table: how they got there is another test's."""
    head = await ground.log.head()
    event = (await ground.log.at(2)).body.decode()
    with psycopg.connect(written_log.admin_url, autocommit=True) as admin:
        admin.execute(_GROW, [event, head + 1, MANY])
    await ground.tree.root(MANY)  # 64 bytes for 256 events are kept: that is the tree's, not the export's
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = await ground.export(tmp_path / "export.zip", size=MANY)
    assert made.events == made.bodies == MANY
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # KiB
    watched = (
        "import re, runpy, sys; sys.argv = sys.argv[1:]\n"
        "try: runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "finally: print('peak', re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    said = run([sys.executable, "-c", watched, VERIFIER, tmp_path / "export.zip", "--key", ground.vkey])
    assert int(said.rpartition("peak ")[2]) < 80_000  # KiB
    with psycopg.connect(written_log.admin_url, autocommit=True) as admin:
        admin.execute("DELETE FROM log.event WHERE position > %s", [head])
