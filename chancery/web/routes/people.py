"""`/people`: the directory, who is away, hand-over."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
