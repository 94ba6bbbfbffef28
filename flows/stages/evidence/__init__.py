"""What people do with evidence: look, hold, hand out, purge; and the checks of it."""
