"""What people ask of the current snapshot: look up, find, follow, count."""
