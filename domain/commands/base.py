"""What every command bears, and whose stream it is on."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.kinds import Code


class Command(BaseModel):
    """One request to change something. The id is made where the request is made: sent twice, it is carried out once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    command_id: UUID

    @property
    def name(self) -> str:
        """The command's stable name, as policy and refusals speak of it."""
        return type(self).__name__

    @property
    def also_writes(self) -> tuple[str, ...]:
        """Obligations that it changes beside its own, in the same transaction."""
        return ()

    @property
    def also_reads(self) -> tuple[str, ...]:
        """Obligations that its decision rests on beside its own: they must not move meanwhile."""
        return ()


class MissionCommand(Command):
    """A command on a mission's own stream."""

    mission: Code


class ObligationCommand(Command):
    """A command on an obligation of a mission."""

    mission: Code
    obligation: Code


class TaskCommand(ObligationCommand):
    """A command on one task. `seen` is the revision that the form showed; a newer one refuses the command."""

    task: Code
    seen: int | None = None
