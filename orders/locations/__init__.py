"""Where stock lies: what people set about a location, what systems call it, and merging two names of one place."""
