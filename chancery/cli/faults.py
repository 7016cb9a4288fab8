"""What only the command line can refuse. The rules' own refusals are `domain.refusals.Refused`."""

from chancery.i18n import tr


class Fault(Exception):
    """A stable code and one sentence, in English as its key; printed in the language that is spoken."""

    def __init__(self, code: str, text: str, **params: object) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.params = params

    def sentence(self) -> str:
        """The sentence in the language that is spoken."""
        return tr(self.text, **self.params)
