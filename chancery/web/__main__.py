"""`python -m chancery.web`: what `chancery web` starts, as a process of its own."""

import asyncio
import signal
import sys

from chancery import logs
from chancery.clock import SystemClock, use_pinned_zones
from chancery.settings import SettingsRefused, load
from chancery.web.serve import serving


async def _run() -> None:
    settings = load()
    logs.configure(settings.log_format, settings.log_level)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(settings, SystemClock()) as address:
        sys.stderr.write(f"{address}\n")
        sys.stderr.flush()
        await stop.wait()


def main() -> int:
    """Serve until told to stop. Returns the exit code."""
    use_pinned_zones()
    try:
        asyncio.run(_run())
    except SettingsRefused as refusal:
        sys.stderr.write(f"error: {refusal.message} [{refusal.code}]\n")
        return 2
    except OSError as problem:
        sys.stderr.write(f"error: the pages cannot listen there: {problem.strerror} [web.port]\n")
        return 6
    return 0


if __name__ == "__main__":
    sys.exit(main())
