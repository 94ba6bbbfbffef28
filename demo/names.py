"""Pools of invented people's and businesses' names, in frequencies that make namesakes common.

A person keeps the written name only. Which pool it came from is not recorded anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class NamePool:
    """Surnames by falling frequency, given-name parts, and how the parts are written."""

    share: float
    surnames: tuple[str, ...]
    given: tuple[str, ...]
    parts: tuple[int, ...]  # how many given parts a name has, drawn uniformly
    joined: bool  # "Hong" + "Bo" is usually written "Hongbo"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


POOLS = (
    NamePool(
        0.34,
        _words(
            "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song "
            "Tang Deng Han Feng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren "
            "Shen Yao Qi Cui Tan Liao Fan Wan Shi Jia Xiong Bai Meng Qin Qiu Hou Jin Gu Long Duan Lei Qian"
        ),
        _words(
            "Li Wei Fang Na Xiu Ying Min Jing Qiang Lei Jun Yan Juan Ping Hong Mei Hua Lan Yu Xia Yun Feng Bo Ling "
            "Ting Xue Qing Hui Zhen Guang Ming Dan Rong Chun Shu Gui Zhi Jian Xin Yi Yue Wen Jia Cui Lian Tao Bin Qin "
            "Zhong Hai Dong Xiang Yong Guo"
        ),
        (1, 2, 2, 2),
        True,
    ),
    NamePool(
        0.11,
        _words(
            "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Yoo Hong Ko Moon Yang "
            "Bae Baek Heo Nam Shim Noh Ha"
        ),
        _words(
            "Min Ji Hyun Soo Young Hee Jung Eun Sun Mi Kyung Hye Jin Seung Ho Woo Sang Yeon Joo Hwa Ok Sook Ja Won Tae"
        ),
        (2,),
        False,
    ),
    NamePool(
        0.11,
        _words("Nguyen Tran Le Pham Huynh Vu Vo Phan Dang Bui Do Ho Ngo Duong Ly Dinh Truong Mai Lam Trinh Doan Cao"),
        _words(
            "Thi Lan Huong Hoa Mai Thu Ngoc Linh Phuong Thanh Hong Anh Minh Van Duc Hanh Kim Loan Tuyet Yen Quoc Hai "
            "Bich Trang My Xuan Dung Tam Nga"
        ),
        (1, 2, 2),
        False,
    ),
    NamePool(
        0.05,
        _words(
            "Saetang Saelee Chaiyasit Srisuk Wongsa Suwan Phromma Boonmee Thongchai Khamdee Inthavong Rattanakul "
            "Chanthara Sukjai Kaewmanee Jaidee Somboon Wattana Phanich Ruangsri"
        ),
        _words(
            "Somchai Nok Malee Ploy Siriporn Kanya Pensri Wanida Ratana Sunisa Anong Chai Dao Lamai Napat Orathai "
            "Pim Suda Tida Waan Nida Jira"
        ),
        (1,),
        True,
    ),
    NamePool(
        0.39,
        _words(
            "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Martin Jackson "
            "Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson "
            "Baker Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris "
            "Murphy Cook Rogers Morgan Peterson Cooper Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson "
            "Brooks Bennett Gray James Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Ortiz "
            "Jenkins Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson Jordan Reynolds Hamilton Graham "
            "Wallace Hartzell Oberlander Quistgard Vandiver Stufflebeam Klingensmith Meierhoffer Trautwein Ruckdeschel"
        ),
        _words(
            "Mary Jennifer Linda Patricia Susan Karen Lisa Nancy Sandra Ashley Kimberly Donna Emily Michelle Carol "
            "Amanda Melissa Deborah Stephanie Rebecca Laura Sharon Cynthia Amy Angela Brenda Anna Pamela Nicole "
            "Samantha James Robert John Michael David William Richard Joseph Thomas Christopher Daniel Matthew "
            "Anthony Mark Steven Paul Andrew Joshua Kenneth Kevin Brian Timothy Ronald Jason Ryan Gary Eric Jacob "
            "Stephen Larry Scott Brandon Justin Frank Gregory Raymond Patrick Dennis Jerry Tyler Aaron Jose Adam "
            "Nathan Henry Zachary Douglas Peter Kyle Noah Ethan Jeremy Walter Christian Keith Austin Roger Terry Sean "
            "Gerald Carl Dylan Harold Jordan Jesse Bryan Lawrence Arthur Gabriel Bruce Logan Billy Joe Alan Juan "
            "Elijah Willie Albert Wayne Randy Mason Vincent Liam Roy Bobby Caleb Bradley Russell Lucas"
        ),
        (1, 1, 2),
        False,
    ),
)

ENGLISH_FIRST = _words("Amy Lily Jenny Cindy Tina Coco Lucy Anna Helen Grace Kelly Nancy Linda Sunny Vivian Tony Jack")
STAGE_NAMES = _words("Amy Lily Coco Bella Mimi Cherry Sunny Lulu Nana Kiki Yoyo Candy Tina Momo Ruby Jade")

ADJECTIVES = _words(
    "Golden Lucky Royal Green Blue Red Silver White Jade Happy Sunny Eastern Pacific Spring Summer Autumn Magic Sweet "
    "Crystal Pearl Emerald Grand New Quiet Gentle Bright Velvet Amber Willow Misty Crane Peony Cherry Harmony Serene"
)
NOUNS = _words(
    "Lotus Bamboo Orchid Rose Garden Palace Dragon Moon Sun Star River Leaf Cloud Ocean Blossom Lily Butterfly Phoenix "
    "Swan Jasmine Temple Island Breeze Fountain Magnolia Harbor Meadow Ginkgo Lantern Heron Petal Stone Valley"
)
KINDS = (
    "Spa",
    "Massage",
    "Spa & Massage",
    "Day Spa",
    "Foot Spa",
    "Bodywork",
    "Wellness",
    "Massage Therapy",
    "Foot Massage",
    "Relaxation",
    "Health Center",
    "Reflexology",
)
PLAIN_NAMES = _words(
    "Healing Balance Renew Restore Balanced Knead Therapeutic Tranquil Elements Riverbend Kneading Anchor Hearth "
    "Prairie Ozark Gateway Heartland Compass Northside Southtown Bluebird Dogwood Redbud Wildwood Summit Cornerstone"
)
PLAIN_NOUNS = _words("Hands Touch Bodyworks Therapy Room Studio Clinic Works Center Collective Path Place Motion")


def draw_name(rng: Random) -> tuple[str, tuple[str, ...], bool]:
    """A surname, the parts of the given name, and whether the parts are usually joined."""
    pool = rng.choices(POOLS, [p.share for p in POOLS])[0]
    surname = rng.choices(pool.surnames, [1.0 / (rank + 2) for rank in range(len(pool.surnames))])[0]
    count = min(rng.choice(pool.parts), len(pool.given))
    weights = [1.0 / (rank + 6) for rank in range(len(pool.given))]
    given: list[str] = []
    while len(given) < count:
        part = rng.choices(pool.given, weights)[0]
        if part not in given:
            given.append(part)
    return surname, tuple(given), pool.joined


def draw_business_name(rng: Random) -> str:
    """A trade name such as "Golden Lotus Spa"."""
    if rng.random() < 0.25:
        return f"{rng.choice(PLAIN_NAMES)} {rng.choice(PLAIN_NOUNS)} {rng.choice(('Massage', 'Therapy', 'Wellness'))}"
    noun = rng.choice(NOUNS)
    adjective = rng.choice(ADJECTIVES)
    return f"{adjective} {noun} {rng.choice(KINDS)}"
