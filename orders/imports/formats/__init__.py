"""One module per file format; each registers itself (`orders.imports.format.formats`)."""
