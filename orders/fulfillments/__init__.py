"""What warehouses have shipped: taking their reports in, counting them, and what follows for orders."""
