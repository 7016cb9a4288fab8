"""Reports as files from a page: the form that was asked for, in the page's language, with the signed checkpoint of its size."""

import asyncio
from typing import Final, Literal, get_args

from fastapi import Request, Response

from chancery.i18n import language, tr
from chancery.reports.paper.forms import CARRY_CHECKPOINT, MEDIA, formed
from chancery.reports.paper.model import Data, NoSuchForm
from chancery.reports.regimes import NoReport
from chancery.reports.signed import checkpoint_at, must_be_of
from chancery.web.faults import NotHere
from chancery.web.house import House
from chancery.web.pages import problem_page

FileForm = Literal["pdf", "html", "xlsx", "csv", "json"]
FILES: Final[tuple[FileForm, ...]] = get_args(FileForm)
"""The forms that pages hand out."""


def file_form(form: str) -> FileForm:
    """The form that an address asks for. Raises NotHere for what is none."""
    found = next((one for one in FILES if one == form), None)
    if found is None:
        raise NotHere("no-such-page")
    return found


async def handed_out(request: Request, at: House, data: Data, form: str, name: str) -> Response:
    """The report as a file to keep. `form`: one of FILES.

    A checkpoint that was signed for just this size goes with it (PDF, HTML); one that is not to be believed stops it.
    """
    try:
        checkpoint = await _checkpoint(at, data) if form in CARRY_CHECKPOINT else None
        content = await asyncio.to_thread(formed, form, data, language(), checkpoint=checkpoint)
    except (NoReport, NoSuchForm) as refusal:
        sentence = tr(
            "The file cannot be made here ({code}). Another form may be; tell whoever runs the installation.",
            code=refusal.code,
        )
        return problem_page(request, 409, refusal.code, sentence)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=MEDIA[form], headers=headers)


async def _checkpoint(at: House, data: Data) -> bytes | None:
    """The checkpoint of just this size; None if none was signed. Raises NoReport for one that is not to be believed."""
    settings = at.here.settings
    origin, _ = await at.here.log.origin()
    try:
        signed = checkpoint_at(settings.checkpoints, settings.policy_file, origin, data["log"]["size"])
    except NoReport as refusal:
        if refusal.code == "report.no-checkpoint":
            return None
        raise
    must_be_of(signed, data)
    return signed.note_text.encode()
