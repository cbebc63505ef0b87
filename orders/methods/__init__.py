"""Shipping methods: from what an order asks for to what its warehouse understands (behaviour.md 5.7)."""
