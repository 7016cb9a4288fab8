"""`/account`: one's own settings: language, keys, password, second factor, devices, sessions."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
