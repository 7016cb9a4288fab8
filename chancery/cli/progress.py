"""A bar for what takes long: on standard error, on a terminal only, silent under --quiet and --json."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chancery.cli.state import state
from chancery.i18n import tr

Progress = Callable[[int, int], None]


@contextmanager
def bar(what: str) -> Iterator[Progress | None]:
    """Gives what is to be told (done, of how many); None where nobody watches."""
    if state().quiet or state().json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), transient=True) as bars:
        one = bars.add_task(tr(what), total=None)
        yield lambda done, whole: bars.update(one, completed=done, total=whole)
