"""One network on one page that a stranger can read."""
