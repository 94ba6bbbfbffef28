"""Networks for other people's tools; `formats.py` has the writer of each format."""
