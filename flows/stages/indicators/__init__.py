"""Indicators: of a build, and of a snapshot."""
