"""How custom systems call us with signed messages."""

from django.utils.translation import gettext_lazy as _

from integrations.custom import hooks, keys
from integrations.kit import standard_webhooks
from integrations.manifest import Hooks

HOOKS = Hooks(
    verify=standard_webhooks.verify,
    wakes=lambda body, topic: (),
    topic=hooks.topic_of,
    signing=keys.signing_secrets,
    take=hooks.take,
    strength=_("Strong: each message is signed with the signing secret, and one older than five minutes is refused."),
)
