"""What outside systems tell us by calling us: signed messages that wake flows."""
