"""What leaves for outside systems: shipping requests, cancellations, tracking, stock, products."""
