"""Sentences for the ads: mild, without sexual content, without ages."""

from __future__ import annotations

from random import Random

OPENERS = (
    "Relaxing bodywork in a quiet place.",
    "New staff, open late.",
    "New staff weekly, come and see.",
    "Professional massage, clean rooms, friendly service.",
    "Grand opening under new management.",
    "Stressed after work? Come and relax.",
    "Best massage in town, easy parking in the back.",
    "Hot stone, foot and deep tissue massage.",
    "Walk-ins welcome, private parking.",
    "Under new name, same friendly service.",
)
MIDDLES = (
    "Table shower available.",
    "Open seven days a week.",
    "60 min $60, 30 min 40$.",
    "Cash only please.",
    "Quiet rooms and soft music.",
    "Ring the bell at the back door.",
    "Rotating staff, ask who is in today.",
    "Credit cards welcome.",
    "No appointment needed.",
    "24/7 by appointment.",
    "Ad updated 5/12.",
    "Gift cards for the holidays.",
)
CALLS = ("Call", "Text or call", "Call now:", "Phone", "Book at", "Call or text")
HOURS = ("10am-11pm", "9am - 10pm daily", "9:30am to 12am", "10 AM - 2 AM", "open 24 hours", "9am-9pm Mon-Sat")
DIRECTORY_HOURS = ("Mon-Sat 9am-7pm", "Tue-Sat 10am-6pm", "Mon-Fri 8am-5pm", "Daily 10am-9pm", "Daily 9:30am-10pm")
PRICES = ("$60/hour", "40$ half hour", "$70 per hour", "")
TITLES = (
    "{name} - new staff, open late",
    "Relaxing bodywork at {name}",
    "{name} ** {city}",
    "Best massage in {city}",
    "★ {name} ★ open late",
    "New in {city}: {name}",
)
NAMELESS = ("Relaxing massage in {city}", "New staff today, open late - {city}", "Best bodywork near you - {city}")
REVIEWS = (
    "Clean place and easy to find.",
    "Good pressure, will come again.",
    "Parking is tight on weekends.",
    "Friendly front desk.",
    "They were closed when I came, call ahead.",
    "Foot massage was fine.",
)


def draw_body(rng: Random, stage_name: str) -> tuple[str, ...]:
    """Three to five sentences; with a stage name in one of them when given."""
    lines = [rng.choice(OPENERS), *rng.sample(MIDDLES, rng.choice((1, 2, 3)))]
    if stage_name:
        lines.append(rng.choice(("Ask for {}.", "{} is back.", "Ask for {} or her friend.")).format(stage_name))
    return tuple(lines)
