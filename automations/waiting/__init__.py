"""Orders on conditional hold: looking whether what they wait for has come (behaviour.md 4.7, seed 004).

An order is looked at when it has changed (`listen`), and every fifteen minutes; always by the rule as
it is now (`conditions`). Orders are judged before they are locked and, where they changed meanwhile,
again under the lock (`look`). The run that placed a hold waits with it and ends with it (`settle`).
The fail-safe is no business of this room: it is the due time of the hold, and
`orders.lifecycle.holds` keeps it whatever becomes of the rule.
"""
