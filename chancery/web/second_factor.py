"""The second factor: a code that changes every thirty seconds (RFC 6238), and the picture by which a device learns it."""

import base64
from datetime import datetime
from hmac import compare_digest
from typing import Final

import pyotp
import segno
from markupsafe import Markup

from chancery.kept import Box

EVERY: Final = 30
"""Seconds for which a code holds."""
ISSUER: Final = "Chancery"
_NEAR: Final = (0, -1, 1)
"""A device's clock may be one step off, either way."""
_SECRET_BYTES: Final = 20


def secret(box: Box, about: str) -> str:
    """A new secret, derived from the installation's key and what it is for, so that a page that shows it need not store it.

    `about` must hold something that nobody guesses and nobody is shown twice: an invitation, or the mark of one form.
    """
    return base64.b32encode(box.mac("second-factor", about)[:_SECRET_BYTES]).decode()


def step(totp: str, code: str, now: datetime, after: int = 0) -> int | None:
    """The step that a typed code belongs to; None if it is wrong, too old, or not after the last one that was taken."""
    typed = "".join(code.split())
    if len(typed) != 6 or not (typed.isascii() and typed.isdecimal()):
        return None
    clock = pyotp.TOTP(totp, interval=EVERY)
    today = int(now.timestamp()) // EVERY
    right = [today + n for n in _NEAR if compare_digest(clock.generate_otp(today + n), typed)]
    return next((n for n in right if n > after), None)


def address(totp: str, officer: str) -> str:
    """What an authenticator takes in: from the picture, or from a link on the phone itself."""
    return pyotp.TOTP(totp, interval=EVERY).provisioning_uri(name=officer, issuer_name=ISSUER)


def picture(totp: str, officer: str) -> Markup:
    """The picture that an authenticator reads: an SVG of our own making, with attributes only, on white in any scheme."""
    made = segno.make(address(totp, officer), error="m")
    size = made.symbol_size(border=4)[0]
    drawn = made.svg_inline(border=4, omitsize=True, light="#fff", dark="#000", svgclass=None, lineclass=None)
    inner = drawn[drawn.index(">") + 1 :]
    head = f'<svg class="qr" width="220" height="220" viewBox="0 0 {size} {size}" aria-hidden="true">'
    return Markup(head + inner)  # noqa: S704 - segno's own shapes; what it drew is in them as squares only


def spelled(totp: str) -> str:
    """The secret as somebody types it: in groups of four."""
    return " ".join(totp[n : n + 4] for n in range(0, len(totp), 4))
