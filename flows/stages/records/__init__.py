"""Record files: received, read, taken into a build."""
