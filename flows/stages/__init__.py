"""Stages: load, one pure call, write. No scheduler here; the command line, the flows and the workbench call them."""
