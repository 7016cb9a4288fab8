"""The evidence of a task's form: files, and registry numbers of what is held elsewhere. Each is refused at its own field."""

from collections.abc import Sequence
from typing import Final

from chancery.evidence import HIGHER, MARKINGS, MOST, Proof, Proofs, key_for, read, sealed_proofs
from chancery.i18n import tr
from chancery.web.faults import FormFault
from chancery.web.forms import File, Sent
from chancery.web.house import House
from domain.instant import BadInput
from domain.obligation import Obligation
from domain.vocabulary import EVIDENCE

OTHER: Final = "other"
_FIELD: Final = "file:"


async def proofs_of(at: House, form: Sent, state: Obligation, task: str) -> Proofs:
    """What was given as evidence, sealed. Raises FormFault (file:…, other_kind, marking, held_kind, held_number), VaultError."""
    step = state.step(state.tasks[task].step) or {}
    kinds = (*step.get("evidence", ()), *EVIDENCE)
    marking = form.text("marking") or "limite"
    if marking == HIGHER and form.files:
        raise FormFault(
            marking=tr(
                "What is marked higher than sensitive is not kept here. Leave the file where it belongs, and give its registry number below."
            )
        )
    if marking not in (*MARKINGS, HIGHER):
        raise FormFault(marking=tr("Choose one of the list."))
    proofs = [await _file(form, file, kinds) for file in form.files]
    proofs += _elsewhere(form, kinds)
    if not proofs:
        return Proofs()
    key = await key_for(at.here, state)
    return await sealed_proofs(at.here, key, state.mission, form.command_id, proofs, marking)


async def _file(form: Sent, file: File, kinds: Sequence[str]) -> Proof:
    kind = file.field.removeprefix(_FIELD)
    if kind == OTHER:
        kind = form.need("other_kind")
    if kind not in kinds or not file.field.startswith(_FIELD):
        raise FormFault(other_kind=tr("Choose one of the list."))
    if len(file.content) > MOST:
        raise FormFault(
            **{file.field: tr("A file has at most {most} MB; this one has more.", most=MOST // 1024**2)}
        )
    try:
        return await read(kind, file.content, file.name)
    except BadInput as problem:
        raise FormFault(**{file.field: problem.message}) from None


def _elsewhere(form: Sent, kinds: Sequence[str]) -> list[Proof]:
    number = form.text("held_number")
    if not number:
        return []
    kind = form.need("held_kind")
    if kind not in kinds:
        raise FormFault(held_kind=tr("Choose one of the list."))
    try:
        return [Proof.elsewhere(kind, number)]
    except BadInput as problem:
        raise FormFault(held_number=problem.message) from None
