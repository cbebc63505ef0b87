"""The one rule by which text is compared: case, accents and Unicode normal form do not count."""

import unicodedata

REPLACEMENT = "\ufffd"


def fold(text: str) -> str:
    """Return the form in which texts are compared everywhere.

    Compatibility decomposition, combining marks dropped, case folded, recomposed; white space at
    both ends dropped. Folded once, in Python: PostgreSQL and V8 disagree on `lower('İ')`.
    """
    if text.isascii():
        return text.strip().lower()
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare.casefold()).strip()


def storable(text: str) -> str:
    """Return `text` without what PostgreSQL and JSON cannot hold: NUL and halves of surrogate pairs.

    For messages that come from outside or from users' code; each such character becomes U+FFFD.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", REPLACEMENT)
