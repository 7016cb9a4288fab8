"""`/rota`: sittings and who observes them; who leads for which court, prison or region."""

from typing import Final

from fastapi import APIRouter

router: Final = APIRouter()
