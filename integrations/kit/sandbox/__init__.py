"""What every connector's sandbox is built of: its file, the faults, the book of calls, and the door to the network.

A sandbox knows neither Django nor any other part of the portal, so that it can only agree with its connector about
what goes over the wire. Nothing in here may import them either.
"""
