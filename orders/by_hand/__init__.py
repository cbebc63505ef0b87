"""What people do to orders by hand beyond moving them: editing lines, requests of their own, copies, deleting."""
