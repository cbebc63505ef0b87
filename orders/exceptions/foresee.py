"""What would become of exceptions if they were tried again now. It writes nothing, and could not.

What is over is seen by `ExceptionType.gone`, what a cure would come to by its `Retry.foresee`. Both look at things as
they are: the next moment they may be otherwise, so trying tells what really became of each.
"""

import time
from collections.abc import Sequence

from django.utils.translation import gettext as _

from orders.exceptions.catalogue import Fate, Foreseen, Foresight, retry_of
from orders.exceptions.clear import over
from orders.exceptions.settle import why_no_cure
from orders.models import OrderException
from portal.kit.read_only import reading_only

MOST = 200
"""So many exceptions are looked at for one page."""
SECONDS = 3.0
"""So long it may take, and the set that is under way then."""


def foresee(exceptions: Sequence[OrderException], *, seconds: float = SECONDS) -> dict[int, Foreseen]:
    """Say what would become of the first `MOST` active exceptions of one type and organization, by id.

    Those that time did not suffice for are missing.
    """
    some, ends = list(exceptions[:MOST]), time.monotonic() + seconds
    if not some:
        return {}
    with reading_only():
        done = over(some[0].type, [one.pk for one in some])
        found = {pk: Foreseen(Fate.CLEARS, _("Its cause is over already.")) for pk in done}
        for pk, told in _of_those_left([one for one in some if one.pk not in done]):
            found[pk] = told
            if time.monotonic() > ends:
                break
    return found


def _of_those_left(some: Sequence[OrderException]) -> Foresight:
    """Say what the cure would come to, and of what it does not name that there is nothing to be tried."""
    cure, named = retry_of(some[0].type) if some else None, set()
    if cure is not None:
        for pk, told in cure.foresee(some):
            named.add(pk)
            yield pk, told
    nothing = _("There is no work behind it any more that could be tried again.")
    for one in some:
        if one.pk not in named:
            yield one.pk, Foreseen(Fate.STAYS, str(why_no_cure(one.type)) or nothing)
