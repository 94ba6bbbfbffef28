"""Help for whoever writes a profile: a draft from saved pages, dry runs, fixtures without anybody's data."""
