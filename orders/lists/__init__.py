"""The lists of the orders app, declared."""
