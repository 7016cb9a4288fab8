"""`/rota/sheet`: what an observer takes along: codes only, to be printed."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
