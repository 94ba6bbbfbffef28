"""Web archive files: written, and read from anybody."""
