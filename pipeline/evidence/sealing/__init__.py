"""Signed and time-stamped statements of what the journal holds, and their copies outside."""
