"""Ads written from one template."""

from pipeline.extract.templates.finding import (
    AdText,
    Known,
    Statistics,
    Template,
    based_on,
    find_more_templates,
    find_templates,
)

__all__ = ["AdText", "Known", "Statistics", "Template", "based_on", "find_more_templates", "find_templates"]
