"""`/adoption`: a mission begins, step by step."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
