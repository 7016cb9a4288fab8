"""`/evidence`: files that prove a step, opened by who may."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
