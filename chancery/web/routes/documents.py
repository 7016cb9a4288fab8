"""`/documents`: local templates, filled and printed in the session."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
