"""Postal addresses: in running text, in one line, in fields."""

from pipeline.extract.addresses.finding import AddressMention, find_addresses, parse_address

__all__ = ["AddressMention", "find_addresses", "parse_address"]
