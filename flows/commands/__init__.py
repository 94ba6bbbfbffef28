"""The commands of `imb`, one module per part of the work."""
