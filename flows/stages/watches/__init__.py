"""Watches: matched against a snapshot, and told to places outside."""
