"""What people do with evidence: look, hold, hand out, redact; and the checks of it."""
