"""What the warehouse remembers: one module per kind of record, one SQLite file below."""
