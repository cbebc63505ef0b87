"""Tree to a web address and back: the whole filter stands in one query parameter.

The form is compact JSON, compressed when that is shorter, as URL-safe base64 without padding; its
first letter says which. It is a cover over the stored form (`codec`), read as strictly.
"""

import base64
import binascii
import zlib

from portal.filters import codec
from portal.filters.mark import gettext_noop as _
from portal.filters.problems import BadFilter, Problem
from portal.filters.tree import ALWAYS, Group

PLAIN, PACKED = "j", "z"
MAX_ADDRESS = 30_000


def to_address(root: Group) -> str:
    """Return the filter as the value of a query parameter; "" for the filter that always holds."""
    if root == ALWAYS:
        return ""
    plain = codec.dumps(root).encode()
    packed = zlib.compress(plain, 9)
    letter, data = (PACKED, packed) if len(packed) < len(plain) else (PLAIN, plain)
    return letter + base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_address(text: str, *, whole: bool = False) -> Group:
    """Read the value of the query parameter, as `codec.decode` does. Raises BadFilter for everything but a filter."""
    if not text:
        return ALWAYS
    if len(text) > MAX_ADDRESS or text[0] not in (PLAIN, PACKED):
        raise _bad()
    try:
        data = base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True)
        return codec.loads(_unpack(data) if text[0] == PACKED else data, whole=whole)
    except (binascii.Error, ValueError, zlib.error) as error:
        if isinstance(error, BadFilter):
            raise
        raise _bad() from None


def _unpack(data: bytes) -> bytes:
    """Decompress, but never more than a filter may have: a short text can unfold to gigabytes."""
    engine = zlib.decompressobj()
    plain = engine.decompress(data, codec.MAX_CHARACTERS)
    if engine.unconsumed_tail or not engine.eof:
        raise _bad()
    return plain


def _bad() -> BadFilter:
    message = _("The filter in the address cannot be read.")
    return BadFilter([Problem((), "node", message, _("Copy the whole address, or build the filter again."))])
