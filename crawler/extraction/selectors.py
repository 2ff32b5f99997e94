"""Compiled XPath for what CSS cannot say: elements of some tags whose names match a regular expression."""

from __future__ import annotations

from lxml import etree


def named(tags: str, pattern: str, attributes: str = "class", more: str = "") -> etree.XPath:
    """Elements of these tags in which one of the attributes, between spaces, matches, whatever its case.

    Tags and attributes are written with spaces between them; `more` is a further predicate.
    """
    kinds = " or ".join(f"self::{tag}" for tag in tags.split())
    values = ", ".join(f"@{attribute}, ' '" for attribute in attributes.split())
    predicate = f"[re:test(concat(' ', {values}), '{pattern}', 'i')]"
    return etree.XPath(
        f"//*[{kinds}]{predicate}{more}", namespaces={"re": "http://exslt.org/regular-expressions"}
    )
