"""`/headquarters`: across missions, small numbers suppressed, no league table."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
