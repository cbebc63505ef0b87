"""A local stand-in for the ShipBob developer API: a small warehouse with a packing bench, for demonstrations and tests.

It speaks the same HTTP as the vendor (API, limits, webhooks) and can be told to misbehave. It knows neither Django
nor any other part of the portal, so that it can only agree with the connector about what goes over the wire.

Start it with ``python -m integrations.connectors.shipbob.sandbox --port 8900``.
"""
