"""Requests go out once, whatever fails, and what the warehouse says stands on them."""
