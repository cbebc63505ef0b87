"""A local stand-in for the Ecwid store API: for demonstrations, development and tests.

It speaks the same HTTP as the vendor (API, sign-in pages, limits, webhooks) and can be told to misbehave. It knows
neither Django nor any other part of the portal, so that it can only agree with the connector about what goes over
the wire.

Start it with ``python -m integrations.connectors.ecwid.sandbox --port 8899``.
"""
