"""`/board`: the focal point's clocks: tiles, table, ageing, the next thirty days, what changed."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
