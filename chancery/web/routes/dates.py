"""`/dates`: headquarters' calendar: sessions, reviews, report dates, and what they open."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
