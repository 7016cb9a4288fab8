"""`/jobs`: what takes long, with its progress."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
