"""Refs, pairs and entities of a build; the match model in force."""
