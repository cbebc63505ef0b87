"""The vendor's API: each module one kind of record, all behind `guard`."""
