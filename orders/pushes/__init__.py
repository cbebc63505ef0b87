"""Sending orders to outside systems that keep them too: an ERP, the books (docs/orders.md#pushing)."""
