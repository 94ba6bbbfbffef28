"""Entities that may hold two people or two businesses: to be shown to somebody, never parted by themselves."""
