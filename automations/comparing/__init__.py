"""What differs between two versions of a rule, part by part, and between two versions of a list of rules. Pure."""
