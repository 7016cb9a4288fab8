"""What no address of ours holds: a byte that the database cannot store. It is not there, like any other address that is none."""

from fastapi import Request

from chancery.web.faults import NotHere


async def sane(request: Request) -> None:
    """Raises NotHere for an address with a NUL in it. A router's dependency, so that it is asked before anything else."""
    given = [request.url.path, *request.path_params.values(), *request.query_params.values()]
    if any("\x00" in str(value) for value in given):
        raise NotHere("no-such-page")
