"""How large a file is, as people say it."""

from chancery.i18n import tr

_KB = 1024


def size_words(size: int) -> str:
    """At most so much: sizes are known in steps of 256 bytes only."""
    if size < _KB:
        return tr("at most {n} bytes", n=size)
    if size < _KB * _KB:
        return tr("about {n} kB", n=-(-size // _KB))
    return tr("about {n} MB", n=round(size / _KB**2, 1))
