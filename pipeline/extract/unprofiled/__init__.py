"""Pages of sites that nobody has described: what is the ad, whose words stand where."""

from pipeline.extract.unprofiled.reading import MAX_ADS, read_unprofiled

__all__ = ["MAX_ADS", "read_unprofiled"]
