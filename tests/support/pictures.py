"""What can be read of a picture in SVG."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

SCALE = re.compile(r"scale\(([\d.]+)")


def least_type(svg: str, pixels: float) -> float:
    """The size of the smallest type, in pixels, of a picture shown so many pixels wide.

    Text is drawn as paths: a group scaled to its size, with glyphs that are smaller in an index.
    """
    root = ET.fromstring(svg)
    width = float(root.attrib["viewBox"].split()[2])
    sizes = []
    for group in root.iter("{http://www.w3.org/2000/svg}g"):
        outer = SCALE.search(group.get("transform", ""))
        if outer and (uses := group.findall("{http://www.w3.org/2000/svg}use")):
            for use in uses:
                inner = SCALE.search(use.get("transform", ""))
                sizes.append(100 * float(outer[1]) * (float(inner[1]) if inner else 1.0))
    return min(sizes) * pixels / width
