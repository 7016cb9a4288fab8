"""`/capture` and `/cases`: somebody at risk, by a random code; what is known is sealed."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
