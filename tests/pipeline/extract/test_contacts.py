import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.contacts import find_handles, find_site_ids, find_websites, link_contact, website_value
from pipeline.extract.emails import decode_cfemail, find_emails


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("mail Foo.Bar@Example.COM.", ["foo.bar@example.com"]),
        ("lucky (at) gmail dot com", ["lucky@gmail.com"]),
        ("lucky [at] gmail [dot] com now", ["lucky@gmail.com"]),
        ("lucky at gmail dot com", ["lucky@gmail.com"]),
        ("lucky @ gmail.com", ["lucky@gmail.com"]),
        ("ｌｕｃｋｙ＠gmail．com", ["lucky@gmail.com"]),
        ("a@b.co and c_d@e-f.example", ["a@b.co", "c_d@e-f.example"]),
        ("call us at example.com", []),
        ("open at 9. dot com", []),
        ("logo@2x.png", []),
        ("60@30", []),
    ],
)
def test_emails(text: str, values: list[str]):
    found = find_emails(text)
    assert [f.value for f in found] == values
    assert all(0 <= f.start < f.end <= len(text) for f in found)


@given(st.integers(0, 255), st.sampled_from(["info@jade.example", "a.b@c-d.example"]))
def test_cloudflare_codes(key: int, address: str):
    assert decode_cfemail(bytes([key, *(b ^ key for b in address.encode())]).hex()) == address


@pytest.mark.parametrize("code", ["", "zz", "2f", "2f4641", "ff" * 30])
def test_codes_that_hide_no_address(code: str):
    assert decode_cfemail(code) is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("WeChat: lucky_88", ["wechat:lucky_88"]),
        ("微信：abc_123", ["wechat:abc_123"]),
        ("wechat id lotus", ["wechat:lotus"]),
        ("WX lotus88", ["wechat:lotus88"]),
        ("LINE ID: jade.spa", ["line:jade.spa"]),
        ("kakao talk jade77", ["kakaotalk:jade77"]),
        ("카톡 jade77", ["kakaotalk:jade77"]),
        ("telegram @JadeSpa", ["telegram:jadespa"]),
        ("WhatsApp +1 (417) 555-0128", ["whatsapp:+14175550128"]),
        ("WhatsApp: 4175550128", ["whatsapp:+14175550128"]),
        ("our first line of work, call the line now", []),
        ("wechat available", []),
        ("telegram road 5", []),
    ],
)
def test_handles(text: str, values: list[str]):
    assert list(dict.fromkeys(f.value for f in find_handles(text))) == values


@pytest.mark.parametrize(
    ("href", "kind", "value"),
    [
        ("https://wa.me/14175550123", "handle", "whatsapp:+14175550123"),
        ("https://api.whatsapp.com/send?phone=14175550123&text=hi", "handle", "whatsapp:+14175550123"),
        ("https://t.me/JadeSpa", "handle", "telegram:jadespa"),
        ("https://line.me/ti/p/~jade_spa", "handle", "line:jade_spa"),
        ("https://www.facebook.com/jadespa", "handle", "facebook:jadespa"),
        ("mailto:Hello@jade.example?subject=x", "email", "hello@jade.example"),
        ("https://www.Jade.example/home/", "website", "jade.example/home"),
    ],
)
def test_links(href: str, kind: str, value: str):
    found = link_contact(href, frozenset(["board.example"]))
    assert found is not None and (found.kind, found.value) == (kind, value)
    assert 0 <= found.start < found.end <= len(href)


@pytest.mark.parametrize(
    "href",
    ["/local", "#", "javascript:void(0)", "tel:4175550123", "https://board.example/x", "https://de.board.example/",
     "https://maps.google.com/?q=x", "https://t.me/share", "https://wa.me/abc", "http://[", "https://127.0.0.1/x"],
)  # fmt: skip
def test_links_that_are_no_contact(href: str):
    assert link_contact(href, frozenset(["board.example"])) is None


def test_websites_in_text():
    text = "see www.jade.example/home. or http://x.example?u=foo.com, lotus.com; a@b.com, board.example, file.pdf"
    assert [f.value for f in find_websites(text, frozenset(["board.example"]))] == [
        "jade.example/home",
        "x.example",
        "lotus.com",
    ]


def test_website_normal_form():
    assert website_value("HTTPS://WWW.Jade.Example/") == "jade.example"
    assert website_value("no host") == website_value("http://[::1") == ""


def test_site_ids():
    code = "ga('create','UA-12345-1');gtag('config','G-ABCDEF1234');fbq('init', '1234567890123'); UA-x"
    assert [f.value for f in find_site_ids(code)] == ["UA-12345-1", "G-ABCDEF1234", "FB-1234567890123"]


@given(st.text(max_size=200))
def test_spans_lie_in_the_text(text: str):
    for find in (find_emails, find_handles, find_websites, find_site_ids):
        for f in find(text):
            assert 0 <= f.start < f.end <= len(text)
