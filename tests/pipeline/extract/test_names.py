import pytest

from pipeline.extract.names import business_name_span, clean_business_name, find_business_names, state_code


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Lucky in Love Spa in Missouri, Springfield", "Lucky in Love Spa"),
        ("Sleep in Missouri Massage in Missouri, Joplin", "Sleep in Missouri Massage"),
        ("Spa 88 in Kansas", "Spa 88"),
        ("In Touch Massage", "In Touch Massage"),
        ("Golden Lotus Massage - Springfield, MO 65806 (417) 555-0123", "Golden Lotus Massage"),
        ("Jade Spa Springfield, MO", "Jade Spa"),
        ("★ Jade Spa ★ | Some Guide", "Jade Spa"),
        ("Home | Jade Garden", "Jade Garden"),
        ("Springfield guide | Jade Garden Spa", "Jade Garden Spa"),
        ("RED ROSE SPA::best", "RED ROSE SPA"),
        ("Jade Spa, call 417-555-0101", "Jade Spa"),
        ("玉 Spa", "玉 Spa"),
        ("Amy’s Day Spa", "Amy’s Day Spa"),
        ("☎️", ""),
        ("", ""),
    ],
)
def test_titles(title: str, name: str):
    assert clean_business_name(title) == name


def test_a_cleaned_name_is_a_span_of_the_title():
    title = "»» Jade   Garden Spa «« in Missouri, Nixa"
    span = business_name_span(title)
    assert span is not None and title[slice(*span)] == "Jade   Garden Spa"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Welcome to Golden Lotus Spa, best Asian Massage in town", ["Golden Lotus Spa"]),
        ("Grand Opening Grand Breeze Bodywork", ["Grand Breeze Bodywork"]),
        ("Lucky Star Foot Spa & Massage Center", ["Lucky Star Foot Spa & Massage Center"]),
        ("Autumn Fountain Health Center", ["Autumn Fountain Health Center"]),
        ("RED ROSE SPA open", ["RED ROSE SPA"]),
        ("Best Asian Massage Spa. New Staff", []),
        ("Deep Tissue Massage and Hot Stone Massage", []),
        ("relax at our spa today", []),
        ("Golden Lotus Therapy Professional Massage 417", ["Golden Lotus Therapy"]),
        ("Pearl Spa LLC Foot Massage $30", ["Pearl Spa LLC"]),
        ("Evergreen Wellness Center Best Asian Massage", ["Evergreen Wellness Center"]),
        ("Ivory Spa & Massage Foot Massage", ["Ivory Spa & Massage"]),
        ("Golden Lotus Spa & Foot Massage", ["Golden Lotus Spa & Foot Massage"]),
        ("Jade Therapy Massage", ["Jade Therapy Massage"]),
        ("Sole Comfort SOLE COMFORT! Best massage in town", ["Sole Comfort"]),
        ("The Relaxing Place ★The Relaxing Place★", ["The Relaxing Place"]),
        ("Call now call now", []),
        ("Coco Best Asian Massage", []),
        ("Lotus Therapeutic Massage", ["Lotus Therapeutic Massage"]),
        ("Kansas City Kansas City", []),
    ],
)
def test_names_in_free_text(text: str, names: list[str]):
    found = find_business_names(text)
    assert [f.value for f in found] == names
    assert all(text[f.start : f.end] == f.value for f in found)


def test_states():
    assert [state_code(s) for s in ("Missouri", "mo", " N.", "Kansas ", "Ontario")] == ["MO", "MO", "", "KS", ""]
