"""`/audit` and `/log`: who did what for whom, when it happened and when it was recorded; who read what."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
