"""The colours and measures that the whole application is drawn with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """One theme's colours, as #RRGGBB.

    Text on any of the three grounds has a contrast of at least 4.5, as WCAG 2.2 asks for.

    Attributes:
        ground: behind everything.
        surface: cards, fields and the sidebar.
        sunken: what lies deeper than a surface, such as a header or a track.
        border: lines between areas; `strong_border` around what can be edited.
        text, muted: words, and words of less weight.
        accent: what can be done next; `accent_hover` under the pointer, `on_accent` on top of it,
            `accent_soft` as a ground behind accent words.
        success, warning, danger: states, each with a soft ground.
        series: colours of curves, to be told apart by everyone.
    """

    is_dark: bool
    ground: str
    surface: str
    sunken: str
    border: str
    strong_border: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    success: str
    success_soft: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    series: Sequence[str]


# The curves' colours are blue and orange of about the same weight: the pair that remains distinct
# for all common kinds of colour blindness (Okabe and Ito, 2008).
LIGHT = Tokens(
    is_dark=False,
    ground="#f5f6f8",
    surface="#ffffff",
    sunken="#eef0f4",
    border="#dfe3e9",
    strong_border="#b9c0cb",
    text="#1a1e26",
    muted="#566070",
    accent="#2f54d1",
    accent_hover="#2444b3",
    on_accent="#ffffff",
    accent_soft="#e8edfc",
    success="#17784a",
    success_soft="#e2f4ea",
    warning="#8f5600",
    warning_soft="#fdf0da",
    danger="#b8292f",
    danger_soft="#fce8e8",
    series=("#2f6fd1", "#d9730d", "#16855a", "#a341a8"),
)

DARK = Tokens(
    is_dark=True,
    ground="#13161b",
    surface="#1b1f26",
    sunken="#232831",
    border="#2e3540",
    strong_border="#4a5362",
    text="#e9ecf1",
    muted="#a3adbc",
    accent="#86a3ff",
    accent_hover="#a3b9ff",
    on_accent="#0f1420",
    accent_soft="#232c47",
    success="#5fd39b",
    success_soft="#17332a",
    warning="#f2b65c",
    warning_soft="#3a2d17",
    danger="#ff8a8c",
    danger_soft="#40201f",
    series=("#79a7ff", "#ffab5e", "#5fd39b", "#dd8fe0"),
)

# Distances in device-independent pixels: multiples of four, so that things line up.
TINY, SMALL, MEDIUM, LARGE, HUGE = 4, 8, 16, 24, 40
RADIUS = 8
CONTENT_WIDTH = 1120
WIDE_CONTENT = 1640  # tables, plots and pictures, which a wide window may spread
SIDEBAR_WIDTH = 216
