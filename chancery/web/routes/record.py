"""`/record`: everybody's own record, which they see first."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
