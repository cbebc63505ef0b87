"""What the sandbox remembers: one SQLite file, one module per kind of record."""
