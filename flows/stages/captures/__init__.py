"""Captures: collected or imported, taken into a build, read and read again."""
