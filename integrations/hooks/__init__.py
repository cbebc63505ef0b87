"""What outside systems tell us by calling us: signed messages that wake flows (docs/webhooks.md).

A message is checked, kept, and answered at once; the flows that it wakes ask for the truth. A lost, late or repeated
one does no harm.
"""
