"""One file a page, each with its `router`."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter

from chancery.web.routes import (
    account,
    adoption,
    audit,
    board,
    calendar,
    cases,
    court_sheet,
    dates,
    documents,
    everyday,
    feeds,
    headquarters,
    inbox,
    jobs,
    obligations,
    people,
    proofs,
    record,
    rota,
    search,
    signing,
    task,
)

ROUTERS: Final[Sequence[APIRouter]] = (
    everyday.router,
    signing.router,
    inbox.router,
    task.router,
    account.router,
    obligations.router,
    rota.router,
    board.router,
    headquarters.router,
    audit.router,
    record.router,
    people.router,
    calendar.router,
    adoption.router,
    jobs.router,
    cases.router,
    search.router,
    court_sheet.router,
    documents.router,
    proofs.router,
    feeds.router,
    dates.router,
)
"""Every page, the more special address before the more general one."""
