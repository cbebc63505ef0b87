"""The one rule by which text is compared: case, accents and Unicode normal form do not count."""

import unicodedata


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
