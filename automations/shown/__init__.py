"""What pages show, made of what is stored."""
