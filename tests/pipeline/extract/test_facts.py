import pytest

from pipeline.extract.facts import closes_late, find_hours, labelled
from pipeline.extract.lexicon import find_indicators, fold
from pipeline.extract.prices import find_prices


@pytest.mark.parametrize(
    ("text", "hours", "late"),
    [
        ("Open daily 10am-10pm", "daily 10am-10pm", False),
        ("Mon-Sun: 9:00 AM – 11:30 PM", "mon-sun: 9:00 am – 11:30 pm", True),
        ("9:30am to 12am", "9:30am to 12am", True),
        ("10 AM - 2 AM", "10 am - 2 am", True),
        ("9am to late", "9am to late", True),
        ("10:00-18:00", "10:00-18:00", False),
        ("24/7", "24/7", True),
        ("open 24 hours", "24 hours", True),
        ("9am - 11pm", "9am - 11pm", True),
        ("9am-noon", "9am-noon", False),
        ("오전 10시~새벽 2시", "오전 10시~새벽 2시", True),
        ("오전 10시 ~ 오후 9시", "오전 10시 ~ 오후 9시", False),
        ("매일 10시-23시", "매일 10시-23시", True),
        ("저녁 6시부터 밤 12시", "저녁 6시부터 밤 12시", True),
        ("上午10点至晚上11点", "上午10点至晚上11点", True),
    ],
)
def test_hours(text: str, hours: str, late: bool):
    found = find_hours(text)
    assert [f.value for f in found] == [hours]
    assert closes_late(hours) is late


@pytest.mark.parametrize("text", ["417-555-0101", "10-10", "60 min", "5/12/2020", "ages 20 to 30"])
def test_no_hours(text: str):
    assert find_hours(text) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("$60", ["60.00 USD"]),
        ("$60/hour", ["60.00 USD/60min"]),
        ("$60/30min", ["60.00 USD/30min"]),
        ("60 min $70", ["70.00 USD/60min"]),
        ("30 min - $40", ["40.00 USD/30min"]),
        ("40$ half hour", ["40.00 USD/30min"]),
        ("$60 half hour, $80/hr", ["60.00 USD/30min", "80.00 USD/60min"]),
        ("40$ 40$", ["40.00 USD", "40.00 USD"]),
        ("49.50 or $49.50", ["49.50 USD"]),
        ("417-555-0101 5 dollars", []),
        # a row has its times on one side
        ("60min $80 / 30min $50", ["80.00 USD/60min", "50.00 USD/30min"]),
        ("$40 for 30 minutes, $60 for 60", ["40.00 USD/30min", "60.00 USD/60min"]),
        ("1h/$60 1.5h/$85", ["60.00 USD/60min", "85.00 USD/90min"]),
        ("60 minutos $70 dólares", ["70.00 USD/60min"]),
        # without a currency: a number beside a time
        ("hh 100 hr 160", ["100.00 USD/30min", "160.00 USD/60min"]),
        ("30 min/40, 90 min/90", ["40.00 USD/30min", "90.00 USD/90min"]),
        ("100 roses/60", ["100.00 USD/60min"]),
        ("60/hr", ["60.00 USD/60min"]),
        ("一小时70刀", ["70.00 USD/60min"]),
        ("60分 80불", ["80.00 USD/60min"]),
    ],
)
def test_prices(text: str, values: list[str]):
    assert [f.value for f in find_prices(text)] == values


@pytest.mark.parametrize("text", ["24/hr", "1 hr 20 min", "open 1 hour 417 555 0101", "30 min - 40 min away", "10% off",
                                  "special 60-60", "¥300", "80 roses", "an hour 50 miles south"])  # fmt: skip
def test_no_prices(text: str):
    assert find_prices(text) == []


def test_labelled_lines():
    text = "Phone: 1\nAddress:\n12 Main\nName\tX\nHours\n9am"
    found = {label: text[start:end] for label, start, end in labelled(text)}
    assert (found["phone"], found["address"], found["name"], found["hours"]) == ("1", "12 Main", "X", "9am")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("NEW STAFF weekly", {"rotation"}),
        ("new   girls every week", {"rotation"}),
        ("open late, 24/7", {"late_hours"}),
        ("cash only. Table shower", {"cash", "table_shower"}),
        ("ｃａｓｈ ｏｎｌｙ", {"cash"}),
        ("grand opening", {"relocation"}),
        ("no blocked calls", {"screening"}),
        ("staffing news of the week", set()),
        ("buzzer at the rear entrance, windows covered", set()),
    ],
)
def test_indicators_are_those_of_ads_only(text: str, codes: set[str]):
    assert {f.value for f in find_indicators(text)} == codes


def test_folding_keeps_places():
    text = "Ａ’①\u200bİß京"
    assert len(fold(text)) == len(text)
    assert fold(text)[:4] == "a'1 "
