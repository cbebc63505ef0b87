"""Mark words for translation without knowing Django: `makemessages` collects `gettext_noop`."""


def gettext_noop(message: str) -> str:
    """Return the message as it is; the page that shows it translates it."""
    return message
