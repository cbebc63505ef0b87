"""Shipping requests: made by routing, moved, canceled, and what follows from them for their orders."""
