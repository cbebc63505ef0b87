"""Why something could not be done with a view; each says what helps."""

import datetime as dt


class ViewRefused(ValueError):
    """The view could not be kept; the message says why and what helps."""


class NameTaken(ViewRefused):
    """You already have a view of this name here; choose another name, or update that one."""


class SharedNameTaken(ViewRefused):
    """There is a shared view of this name already; choose another name."""


class TooMany(ViewRefused):
    """There are 50 views of this list; delete one first."""


class NameMissing(ViewRefused):
    """A view needs a name."""


class ChangedMeanwhile(ViewRefused):
    """Somebody has changed this view in the meantime; `name`, `by` and `at` say which, who and when."""

    def __init__(self, name: str, by: str, at: dt.datetime) -> None:
        super().__init__(f"{by} has changed the view “{name}” in the meantime. Nothing was overwritten.")
        self.name, self.by, self.at = name, by, at
