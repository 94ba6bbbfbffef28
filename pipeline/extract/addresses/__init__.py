"""Postal addresses: in running text, in one line, in fields."""

from pipeline.extract.addresses.finding import find_addresses
from pipeline.extract.addresses.line import parse_address
from pipeline.extract.addresses.mentions import AddressMention

__all__ = ["AddressMention", "find_addresses", "parse_address"]
