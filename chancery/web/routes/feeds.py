"""`/feed`: whole days for a calendar program; nothing that leads to anybody."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
