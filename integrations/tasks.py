"""Background work of the integrations: each function takes what is due from its table."""

from integrations.hooks import inbox
from integrations.kit import calls, oauth
from integrations.outbound import written
from integrations.sync import pull
from portal.kit.jobs import bell, ring, watcher


@bell(pull.BELL)
def run_flows() -> None:
    """Run the flows that are due; ring again when time is up before they are through."""
    pull.run_due()
    if pull.anything_due():
        ring(pull.BELL)


@watcher("flows that are due", every=0.5)
def look() -> None:
    """Ring for flows that are due."""
    if pull.anything_due():
        ring(pull.BELL)


@watcher("sign-ins that nobody finished", every=20)
def give_up_sign_ins() -> None:
    """Tell people that nothing came back from a sign-in page."""
    oauth.give_up_stale()


@watcher("old calls", every=3600)
def clear_old() -> None:
    """Keep the logs of calls and runs short, and forget sign-ins, messages and own writes that are long over."""
    calls.clear_old()
    oauth.forget_old()
    inbox.clear_old()
    written.clear_old()
