"""`/obligations`: what is at work in a mission, and the timeline of one."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
