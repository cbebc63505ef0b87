"""Orders from files: a format reads a file into records, a run takes them in."""
