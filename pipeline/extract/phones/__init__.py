"""Telephone numbers in advertisements, however they are written."""

from pipeline.extract.phones.finding import PhoneMention, find_phones, normalize_phone

__all__ = ["PhoneMention", "find_phones", "normalize_phone"]
