"""`/calendar`: holidays, estimates to confirm, suspensions, revisions and what they move."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
