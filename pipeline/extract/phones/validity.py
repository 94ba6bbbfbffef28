"""Which digit strings are telephone numbers: libphonenumber decides, fictional 555 numbers by permission."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

from pipeline.extract.phones.vocab import NOT_PHONES


def is_nanp(digits: str, *, fictional: bool = True, generated: bool = True) -> bool:
    """Whether ten digits are a number of the North American plan.

    555-01XX is reserved for fiction; any other 555 number is accepted as generated data only (555-1212 is real).
    """
    if digits[0] < "2" or digits[3] < "2" or len(digits) != 10 or not _is_assigned(digits[:6]):
        return False
    if digits in NOT_PHONES or digits == digits[0] * 10:
        return False
    if digits[3:6] == "555":
        if digits[6:8] == "01":
            return fictional or generated
        return generated or digits[6:] == "1212"
    return True


@lru_cache(maxsize=65536)
def _is_assigned(prefix: str) -> bool:
    """By area code and exchange: no pattern of the plan looks at the last four digits alone."""
    return bool(
        phonenumbers.is_valid_number(phonenumbers.PhoneNumber(country_code=1, national_number=int(prefix + "4000")))
    )


@lru_cache(maxsize=4096)
def read_international(digits: str) -> str | None:
    """E.164 of country code and national number, None when libphonenumber calls it invalid."""
    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code == 1 or not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
