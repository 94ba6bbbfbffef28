from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.dates import claimed_date, stated_date

WHEN = datetime(2020, 7, 1, 3, tzinfo=UTC)  # still 30 June in Missouri


def d(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("Posted: Friday, December 13, 2013 4:54 PM", "2013-12-13", "2013-12-13", "minute"),
        ("Thursday, 25 June, 2020, 4:54 PM", "2020-06-25", "2020-06-25", "minute"),
        ("June 25th, 2020 at 3:15 pm", "2020-06-25", "2020-06-25", "minute"),
        ("25 June 2020", "2020-06-25", "2020-06-25", "day"),
        ("25-Jun-2020", "2020-06-25", "2020-06-25", "day"),
        ("2020-06-25T10:00:00Z", "2020-06-25", "2020-06-25", "minute"),
        ("2020/6/5", "2020-06-05", "2020-06-05", "day"),
        ("06/25/2020", "2020-06-25", "2020-06-25", "day"),
        ("Last modified 25/06/2020", "2020-06-25", "2020-06-25", "day"),
        ("12/13/13", "2013-12-13", "2013-12-13", "day"),
        ("25.06.2020", "2020-06-25", "2020-06-25", "day"),
        # both readings are possible
        ("Last modified 05/06/2020", "2020-05-06", "2020-06-05", "day"),
        # only one reading is not in the future
        ("05/07/2020", "2020-05-07", "2020-05-07", "day"),
        # no year
        ("Thu 25 Jun", "2020-06-25", "2020-06-25", "day"),
        ("Jun 30", "2020-06-30", "2020-06-30", "day"),
        ("July 1", "2020-07-01", "2020-07-01", "day"),
        ("31 Dec", "2019-12-31", "2019-12-31", "day"),
        ("Tue 25 Jun", "2019-06-25", "2019-06-25", "day"),
        ("Feb 29", "2020-02-29", "2020-02-29", "day"),
        ("Sat 29 Feb", "2020-02-29", "2020-02-29", "day"),
        # relative, in the site's own day
        ("today", "2020-06-30", "2020-06-30", "day"),
        ("Yesterday 11:00", "2020-06-29", "2020-06-29", "day"),
        ("3 days ago", "2020-06-27", "2020-06-27", "day"),
        ("an hour ago", "2020-06-30", "2020-06-30", "minute"),
        ("23 hrs ago", "2020-06-29", "2020-06-29", "minute"),
        ("2 weeks ago", "2020-06-10", "2020-06-16", "day"),
        ("1 month ago", "2020-05-01", "2020-05-31", "month"),
        ("Jun 2019", "2019-06-01", "2019-06-30", "month"),
        # written without blanks
        ("2020年6月5日", "2020-06-05", "2020-06-05", "day"),
        ("6月5日", "2020-06-05", "2020-06-05", "day"),
        ("3天前", "2020-06-27", "2020-06-27", "day"),
        ("3시간 전", "2020-06-30", "2020-06-30", "minute"),
        ("昨天", "2020-06-29", "2020-06-29", "day"),
        ("February 2020", "2020-02-01", "2020-02-29", "month"),
        ("2020. 6. 5.", "2020-06-05", "2020-06-05", "day"),
        ("6월 5일", "2020-06-05", "2020-06-05", "day"),
        # pages in other languages, numbers as words
        ("Publicado el 5 de junio de 2020", "2020-06-05", "2020-06-05", "day"),
        ("vendredi 5 juin 2020", "2020-06-05", "2020-06-05", "day"),
        ("ngày 5 tháng 6 năm 2020", "2020-06-05", "2020-06-05", "day"),
        ("hace 3 días", "2020-06-27", "2020-06-27", "day"),
        ("hace una hora", "2020-06-30", "2020-06-30", "minute"),
        ("1 giờ trước", "2020-06-30", "2020-06-30", "minute"),
        ("ayer", "2020-06-29", "2020-06-29", "day"),
        ("two days ago", "2020-06-28", "2020-06-28", "day"),
        ("Jun-05-2020", "2020-06-05", "2020-06-05", "day"),
        # that day or any before it
        ("30+ days ago", "2019-06-01", "2020-05-31", "year"),
    ],
)
def test_layouts(text: str, earliest: str, latest: str, precision: str):
    found = claimed_date(text, WHEN, "America/Chicago")
    assert found is not None
    assert (found.earliest, found.latest, found.precision) == (d(earliest), d(latest), precision)
    assert found.text in " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Lotus Spa. Posted on Thursday, 25 June 2020 by a user", "2020-06-25"),
        ("posted about an hour ago", "2020-06-30"),
        ("Open late. Posted yesterday 4:15 PM", "2020-06-29"),
        ("3天前发布", "2020-06-27"),
        ("发布于 2020年6月5日", "2020-06-05"),
        ("Posted by admin, open since May 2 2019", ""),
        ("Publicado: hace 2 días", "2020-06-28"),
        ("등록일 : 2020년 6월 5일", "2020-06-05"),
        ("we posted new photos 3 days ago", ""),
        ("updated yesterday", ""),
    ],
)
def test_a_date_stated_in_running_text(text: str, day: str):
    found = stated_date("posted", text, WHEN, "America/Chicago")
    assert (found.earliest.isoformat() if found else "") == day


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),  # the capture is of a Tuesday evening at the site
    [
        ("Monday", "2020-06-29", "2020-06-29"),
        ("on Wed, 3:15 PM", "2020-06-24", "2020-06-24"),
        ("Tuesday", "2020-06-23", "2020-06-30"),  # today, or a week ago
        ("last Monday", "2020-06-22", "2020-06-29"),  # yesterday, or that of last week
        ("last Tuesday", "2020-06-23", "2020-06-23"),
        ("Sunday, June 7", "2020-06-07", "2020-06-07"),
    ],
)
def test_a_bare_weekday_is_a_date_where_one_is_stated(text: str, earliest: str, latest: str):
    found = claimed_date(text, WHEN, "America/Chicago", weekdays=True)
    assert found is not None
    assert (found.earliest, found.latest) == (d(earliest), d(latest))


@pytest.mark.parametrize("text", ["Mon-Fri 10-9", "Monday special", "Sunday 10am - 6pm", "monkey", "Sat"])
def test_a_weekday_is_no_date_otherwise(text: str):
    assert claimed_date(text, WHEN) is None
    assert text == "Sat" or claimed_date(text, WHEN, weekdays=True) is None


def test_posted_on_a_weekday():
    found = stated_date("posted", "Lotus Spa\nPosted: Monday\nopen Tuesday", WHEN, "America/Chicago")
    assert found is not None and (found.text, found.earliest) == ("Monday", d("2020-06-29"))


@pytest.mark.parametrize("text", ["", "call 417-555-0101", "31/31/2020", "$60", "24/7", "open 10:00", "maybe 12"])
def test_no_date(text: str):
    found = claimed_date(text, WHEN)
    assert found is None, found


def test_a_profile_s_layouts_come_first():
    found = claimed_date("05/06/2020 extra words", WHEN, "UTC", ("%d/%m/%Y",))
    assert found is not None and (found.earliest, found.latest) == (d("2020-06-05"), d("2020-06-05"))
    found = claimed_date("Thu 25 Jun", WHEN, "UTC", ("%a %d %b",))
    assert found is not None and found.earliest == d("2020-06-25")


@given(st.text(max_size=60), st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2100, 1, 1)))
def test_any_text_gives_an_ordered_interval_or_nothing(text: str, when: datetime):
    found = claimed_date(text, when.replace(tzinfo=UTC), "America/Chicago", ("%a %d %b", "%d/%m"))
    assert found is None or found.earliest <= found.latest


@given(
    st.dates(min_value=date(2019, 7, 3), max_value=date(2020, 6, 29)),
    st.sampled_from(["%a %d %b", "%b %d", "%A, %B %d"]),
)
def test_a_date_of_the_last_year_is_found_again_without_its_year(day: date, layout: str):
    found = claimed_date(day.strftime(layout), WHEN)
    assert found is not None and (found.earliest, found.latest) == (day, day)


@pytest.mark.parametrize("text", ["Open 9/7", "4.5/5 stars", "10/10 service", "24/7", "$80/60 min", "room 3-12"])
def test_no_dates(text: str):
    assert claimed_date(text, WHEN) is None
