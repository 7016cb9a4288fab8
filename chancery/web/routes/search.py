"""`/search`: by code, date and kind; by words only within one's own cases."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
