"""Pure builders of the documents the API hands out: no clock, no file, no request."""
