"""One advertisement as classified sites serve it: about 42 KB, most of it mark-up around a text of some hundred words.

In the shape of the synthetic board (spiders/sites/city-board.toml): styles and scripts, menus of areas and sections,
the posting with pictures, other ads of the account, cards of similar ads with their own words, and a footer.
"""

from __future__ import annotations

from random import Random

URL = "http://city-board.example/joplin/Bodywork/new-in-town/1234567.html"
FIRST = (
    "Jade",
    "Golden",
    "Quiet",
    "Silver",
    "Orchid",
    "River",
    "Maple",
    "Cedar",
    "Morning",
    "Bamboo",
    "Amber",
    "Coral",
)
SECOND = ("Garden", "Lotus", "Moon", "Valley", "Harbor", "Willow", "Meadow", "Pearl", "Stone", "Breeze")
KIND = ("Spa", "Massage", "Bodywork", "Day Spa", "Wellness")
STREETS = ("Pellham Ave", "Larkmoor St", "N Ashdown Rd", "W Tolliver Blvd", "Quarry Ridge Dr", "S Fennimore Ln")
AREAS = [
    "joplin",
    "springfield",
    "columbia",
    "carthage",
    "neosho",
    "webb-city",
    "monett",
    "nevada",
    "lamar",
    "aurora",
    "bolivar",
    "rolla",
    "sedalia",
]
SECTIONS = [
    "Bodywork",
    "Services",
    "Jobs",
    "Housing",
    "Community",
    "Automotive",
    "Musicians",
    "Pets",
    "Forums",
    "Local",
]
SENTENCES = (
    "Relaxing bodywork in a quiet and clean place, come as you are and take your time.",
    "Hot stone, foot and deep tissue massage by friendly people who like what they do.",
    "Free parking behind the building, easy to find from the interstate.",
    "Walk-ins are welcome; on weekends please book ahead.",
    "60 min $70, 90 min $100, foot massage 30 min $40.",
    "Soft music, warm towels and a cup of tea – the little things make the day.",
    "Gift cards for birthdays and holidays can be had at the desk.",
    "We accept cash and all major credit cards.",
    "Rooms are cleaned after every visit and fresh linen is used each time.",
    "Ten minutes from the mall, next to the hardware store.",
)
CARDS = ("Calm evening bodywork", "Foot spa, walk in", "Swedish & deep tissue", "Quiet room, open late", "Back in town")


def make_page(rng: Random, words: Random | None = None) -> bytes:
    """The page as sent, UTF-8. `words` draws the ad, `rng` what is around it; captures of one ad share the former."""
    words = words or rng
    name = f"{words.choice(FIRST)} {words.choice(SECOND)} {words.choice(KIND)}"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n{_head(rng, name)}\n<body class="posting area-joplin section-Bodywork">\n'
        f"{_header()}\n{_posting(words, name)}\n{_cards(rng)}\n{_footer(rng)}\n{_late_scripts(rng)}\n</body>\n</html>\n"
    ).encode()


def make_listing(rng: Random) -> bytes:
    """A page of the same site that lists 55 ads, about as long."""
    rows = "\n".join(
        f'<div class="date">{rng.choice(("Mon 02 Mar", "Sun 01 Mar", "Sat 28 Feb"))}</div>\n<div class="cat" '
        f'data-id="{1000000 + n}"><a class="title" href="/joplin/Bodywork/{rng.choice(("calm", "quiet"))}-{n}/'
        f'{1000000 + n}.html">{rng.choice(CARDS)} {n}</a> <b>( {rng.choice(AREAS).title()} )</b>\n<div class="tools">'
        f'<img class="lazy" src="/static/img/blank.gif" data-src="/images/{1000000 + n}/1-small.jpg" alt="" width="60">'
        f'<p class="small">{" ".join(rng.sample(SENTENCES, 2))}</p><a href="#" class="favorite">Save</a></div></div>'
        for n in range(55)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n{_head(rng, "Bodywork")}\n<body class="list area-joplin">\n{_header()}\n'
        f'<div class="mainBody">\n{rows}\n<div class="pagination"><a href="/joplin/Bodywork/?page=2">Next</a></div>'
        f"</div>\n{_footer(rng)}\n{_late_scripts(rng)}\n</body>\n</html>\n"
    ).encode()


def _head(rng: Random, name: str) -> str:
    rules = "".join(
        f".c{n}{{margin:{rng.randrange(20)}px;padding:{rng.randrange(9)}px 0;color:#{rng.randrange(4096):03x}}}\n"
        for n in range(70)
    )
    return (
        '<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{name} - new in town | Joplin Bodywork</title>\n<meta name="description" content="{SENTENCES[0]}">\n'
        f'<meta property="og:title" content="{name} - new in town">\n<link rel="canonical" href="{URL}">\n'
        '<link rel="stylesheet" href="/static/css/site.min.css?v=20260301">\n'
        f"<style>\n{rules}</style>\n"
        "<script>window.site={area:'joplin',section:'Bodywork',user:null};(function(i,s,o,g,r){i[r]=i[r]||function(){"
        "(i[r].q=i[r].q||[]).push(arguments)}})(window,document,'script','//stats.example/a.js','ga');"
        "ga('create','UA-5550143-1','auto');ga('send','pageview');</script>\n"
        '<script async src="/static/js/site.min.js?v=20260301"></script>\n</head>'
    )


def _header() -> str:
    menu = "\n".join(
        f'<li class="nav-item dropdown" id="menu-{s.lower()}"><a class="nav-link dropdown-toggle" href="/joplin/{s}/" '
        f'data-toggle="dropdown" aria-expanded="false">{s}</a></li>'
        for s in SECTIONS
    )
    areas = "\n".join(
        f'<option value="/{area}/Bodywork/"{" selected" * (area == "joplin")}>{area.title()}</option>' for area in AREAS
    )
    return (
        '<header id="top" class="navbar navbar-expand-lg"><div class="container">\n'
        '<a class="navbar-brand" href="/"><img src="/static/img/logo.png" alt="city board" width="140" height="36">'
        "</a>\n"
        f'<ul class="navbar-nav mr-auto">\n{menu}\n</ul>\n'
        f'<form class="form-inline" action="/search" method="get"><select name="area" class="custom-select">\n{areas}\n'
        '</select><input class="form-control" type="search" name="q" placeholder="Search ads">'
        '<button class="btn btn-primary" type="submit">Search</button></form>\n'
        '<div class="account"><a href="/login" rel="nofollow">Log in</a> <a href="/post" class="btn">Post an ad</a>'
        "</div>\n</div></header>\n"
        '<div id="cookieCrumb" class="breadcrumb"><a href="/">city board</a> &gt; <a href="/joplin/">Joplin</a> &gt; '
        '<a href="/joplin/Bodywork/">Bodywork</a></div>'
    )


def _posting(rng: Random, name: str) -> str:
    text = "<br>\n".join(" ".join(rng.sample(SENTENCES, 4)) for _ in range(6))
    pictures = "\n".join(
        f'<li class="gallery-item"><a href="/images/1234567/{n}-large.jpg" data-lightbox="gallery" class="thumb">'
        f'<img src="/images/1234567/{n}-small.jpg" alt="picture {n}" width="120" height="90" loading="lazy"></a></li>'
        for n in range(1, 7)
    )
    others = "\n".join(
        f'<li><a href="/{area}/Bodywork/new-in-town/{7654321 + n}.html">New in town – {area.title()}</a></li>'
        for n, area in enumerate(AREAS[1:9])
    )
    return (
        '<div id="pageBackground" class="container"><div class="row"><div class="col-md-8"><div class="mainBody">\n'
        f'<div id="postingTitle"><h2>★ {name} ★ new in town</h2></div>\n'
        '<div class="adInfo">Posted: Monday, March 02, 2026 09:15 AM</div>\n'
        f'<ul class="gallery">\n{pictures}\n</ul>\n<div class="posting"><div class="postingBody">\n{text}<br>\n'
        f"Call or text <b>417-555-{rng.randrange(10_000):04d}</b>, open daily {rng.randrange(8, 12)}am-10pm.<br>\n"
        f"{rng.randrange(100, 9_900)} {rng.choice(STREETS)} Ste {rng.randrange(1, 40)}, Joplin, MO 64804</div>\n"
        '<div class="attributes">• Post ID: 1234567<br>• Location: <span class="loc">Joplin, MO</span></div></div>\n'
        f'<div id="OtherAdsByThisUser"><h4>Other ads by this user</h4><ul>\n{others}\n</ul></div>\n'
        '<p class="actions"><a href="/private/report?ad=1234567" rel="nofollow">Report ad</a> '
        '<a href="#" class="share" data-id="1234567">Share</a> <a href="#" class="favorite">Save</a></p>\n'
        "</div></div>"
    )


def _cards(rng: Random) -> str:
    cards = "\n".join(
        f'<div class="card ad-card mb-3" data-id="{2000000 + 37 * n}"><a class="card-link stretched-link" '
        f'href="/joplin/Bodywork/{rng.choice(("calm", "quiet", "foot-spa"))}-{n}/{2000000 + 37 * n}.html">\n'
        f'<img class="card-img-top lazy" src="/static/img/blank.gif" data-src="/images/{2000000 + 37 * n}/1-small.jpg" '
        f'alt="" width="160" height="120"></a>\n<div class="card-body"><h5 class="card-title">{rng.choice(CARDS)}</h5>'
        f'<p class="card-text small">{rng.choice(SENTENCES)[:70]}</p>\n'
        f'<span class="badge badge-light">{rng.choice(AREAS).title()}</span> '
        f'<span class="text-muted">{rng.randrange(1, 24)} hours ago</span></div></div>'
        for n in range(48)
    )
    return f'<div class="col-md-4 sidebar"><h3>Similar ads</h3>\n{cards}\n</div></div></div>'


def _footer(rng: Random) -> str:
    columns = "\n".join(
        '<div class="col-sm-3"><ul class="list-unstyled footer-links">\n'
        + "\n".join(
            f'<li><a class="footer-link" href="/{area}/{section}/">{area.title()} {section.lower()}</a></li>'
            for area in rng.sample(AREAS, 10)
        )
        + "\n</ul></div>"
        for section in SECTIONS[:4]
    )
    return (
        f'<footer class="footer"><div class="container"><div class="row">\n{columns}\n</div>\n'
        '<p class="text-muted">© 2026 city board · <a href="/terms">Terms</a> · <a href="/privacy">Privacy</a> · '
        '<a href="/contact">Contact</a> · Support 888-555-0152</p></div></footer>'
    )


def _late_scripts(rng: Random) -> str:
    settings = ",".join(f'"slot{n}":{{"size":[{rng.randrange(300)},250],"lazy":true}}' for n in range(24))
    return (
        '<script src="/static/js/vendor.min.js"></script>\n'
        f"<script>var slots={{{settings}}};for(var k in slots){{if(slots[k].size[0]<100&&slots[k].lazy)"
        "{document.write('<div id=\"'+k+'\"></div>')}}</script>\n"
        "<noscript><img src='/pixel.gif' alt='' height='1' width='1' style='display:none'></noscript>"
    )
