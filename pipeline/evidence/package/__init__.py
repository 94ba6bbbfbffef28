"""Exhibit packages: built, checked, read by strangers."""
