"""Draw docs/deployed.svg: what is deployed for each way to bring data.

Standard library only, and the same bytes on every machine. With --check nothing is written; the exit code is
1 when the picture is not what this script draws.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from generated import ROOT, write_or_check

TARGET = ROOT / "docs" / "deployed.svg"

WIDTH = 960
MARGIN = 16
HEADER = 50
LANE_HEIGHT, LANE_GAP = 152, 12
BOX_WIDTH, BOX_HEIGHT = 106, 90
BOX_TOP = 46  # below the top of its lane
COLUMNS = [32, 190, 348, 506, 664, 822]
BORDER = 309  # between your machine and your account

# Its own background, so that it reads the same on a light and on a dark page.
PAGE, CARD, LINE, TEXT, FAINT = "#f3f5f8", "#ffffff", "#d5dbe3", "#1c2430", "#55606e"
FILES, CHECK, BUCKET, FUNCTION, TABLE = "#55606e", "#7a4fc4", "#2f7d3b", "#c2590c", "#1f5fbf"
UPLOAD = "#8a6d00"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

# Drawn in a square of 24 by 24.
ICONS = {
    FILES: '<path d="M6 2h8l5 5v15H6z"/><path d="M14 2v5h5M9 12h7M9 16h7"/>',
    CHECK: '<circle cx="12" cy="12" r="9.5"/><path d="M7.5 12.5l3 3 6-6.5"/>',
    BUCKET: '<ellipse cx="12" cy="5.5" rx="9" ry="3"/><path d="M3 5.5l2.6 14c2 2.6 10.8 2.6 12.8 0l2.6-14"/>',
    FUNCTION: '<path d="M7.5 3h3l6.5 18h3M12 10L6.5 21"/>',
    UPLOAD: '<path d="M12 16V4M7 8.5L12 3.5l5 5M3.5 15v5.5h17V15"/>',
    TABLE: '<rect x="2.5" y="4" width="19" height="16" rx="1.5"/><path d="M2.5 9.3h19M2.5 14.6h19M9 4v16"/>',
}


@dataclass(frozen=True)
class Box:
    """One thing: where it stands, what it is, and whether the stack makes it."""

    column: int
    kind: str
    """The colour, which also says which icon."""
    name: str
    detail: str
    made: bool = False


@dataclass(frozen=True)
class Arrow:
    """One step from a column to another; `number` is its place in the order of one deploy."""

    start: int
    end: int
    word: str
    number: int | None = None


@dataclass(frozen=True)
class Lane:
    """One way to bring data."""

    name: str
    resources: str
    boxes: list[Box]
    arrows: list[Arrow]
    remark: Sequence[str] = ()
    """Stands where there is no box on your machine."""


IMPORTED = Box(5, TABLE, "Table", "born full", made=True)
LOCAL = [Box(0, FILES, "Local files", "or items"), Box(1, CHECK, "cdk synth", "check, transcode")]
BOOTSTRAP = Box(2, BUCKET, "CDK's bucket", "one asset")

LANES = [
    Lane(
        "ImportData.from_path · from_items",
        "8 resources: bucket and its policy, upload, function and its layer, role and policy, table",
        [
            *LOCAL,
            BOOTSTRAP,
            Box(3, FUNCTION, "Lambda", "upload handler", made=True),
            Box(4, BUCKET, "Bucket", "key prefix data/", made=True),
            IMPORTED,
        ],
        [
            Arrow(0, 1, "read"),
            Arrow(1, 2, "upload", 1),
            Arrow(2, 3, "fetch", 2),
            Arrow(3, 4, "copy", 3),
            Arrow(4, 5, "import", 4),
        ],
    ),
    Lane(
        "ImportData.from_asset",
        "1 resource: the table",
        [Box(0, FILES, "Local files", "one or more"), LOCAL[1], BOOTSTRAP, IMPORTED],
        [Arrow(0, 1, "read"), Arrow(1, 2, "upload", 1), Arrow(2, 5, "import", 2)],
    ),
    Lane(
        "ImportData.from_bucket · from_export",
        "1 resource: the table",
        [
            Box(3, UPLOAD, "Your upload", "uploaded_by"),
            Box(4, BUCKET, "Your bucket", "your key prefix"),
            IMPORTED,
        ],
        [Arrow(3, 4, "upload", 1), Arrow(4, 5, "import", 2)],
        ["Nothing is read here: the data is in", "S3, or another construct brings it."],
    ),
]
FOOTER = [
    "The numbers are the order within one cdk deploy. The table waits for the step before its import: an",
    "import that finds nothing succeeds, and leaves an empty table. Nothing of ours runs while it is filled.",
]
HEIGHT = HEADER + len(LANES) * (LANE_HEIGHT + LANE_GAP) + 58


def text(x: float, y: float, words: str, style: str, anchor: str = "start") -> str:
    """One line of text; `style` is a class of the style sheet."""
    return f'<text x="{x:g}" y="{y:g}" class="{style}" text-anchor="{anchor}">{escape(words)}</text>'


def rect(corner: tuple[float, float], size: tuple[float, float], radius: int, look: str) -> str:
    """A rectangle with round corners; `look` holds its other attributes."""
    (x, y), (width, height) = corner, size
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius}" {look}/>'


def look_of(colour: str, *, made: bool) -> str:
    """What the stack makes is drawn full, what is there already dashed."""
    if made:
        return f'fill="{colour}" fill-opacity="0.07" stroke="{colour}" stroke-width="2"'
    return f'fill="{CARD}" stroke="{FAINT}" stroke-dasharray="4 3"'


def draw_box(box: Box, top: int) -> str:
    """A box with its icon and two lines."""
    x, y, middle = COLUMNS[box.column], top + BOX_TOP, COLUMNS[box.column] + BOX_WIDTH / 2
    icon = (
        f'<g transform="translate({middle - 13:g} {y + 10}) scale(1.08)" fill="none" stroke="{box.kind}"'
        f' stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">{ICONS[box.kind]}</g>'
    )
    return "\n".join(
        [
            rect((x, y), (BOX_WIDTH, BOX_HEIGHT), 8, look_of(box.kind, made=box.made)),
            icon,
            text(middle, y + 57, box.name, "name", "middle"),
            text(middle, y + 75, box.detail, "small", "middle"),
        ]
    )


def draw_arrow(arrow: Arrow, top: int) -> str:
    """A line with its number above and its word below."""
    start, end = COLUMNS[arrow.start] + BOX_WIDTH + 5, COLUMNS[arrow.end] - 5
    middle, y = (start + end) / 2 - 2, top + BOX_TOP + BOX_HEIGHT / 2
    parts = [
        f'<path d="M{start} {y:g}H{end - 8}" stroke="{TEXT}" stroke-width="1.8"/>',
        f'<path d="M{end - 9} {y - 5:g}L{end} {y:g}L{end - 9} {y + 5:g}z" fill="{TEXT}"/>',
        text(middle, y + 19, arrow.word, "word", "middle"),
    ]
    if arrow.number:
        parts += [
            f'<circle cx="{middle:g}" cy="{y - 17:g}" r="9.5" fill="{TEXT}"/>',
            text(middle, y - 12.6, str(arrow.number), "number", "middle"),
        ]
    return "\n".join(parts)


def draw_lane(lane: Lane, top: int) -> str:
    """A card with a name, boxes and arrows."""
    y = top + BOX_TOP + BOX_HEIGHT / 2 - 5
    return "\n".join(
        [
            rect((MARGIN, top), (WIDTH - 2 * MARGIN, LANE_HEIGHT), 10, f'fill="{CARD}" stroke="{LINE}"'),
            rect(
                (MARGIN + 5, top + BOX_TOP - 9), (BORDER - MARGIN - 5, BOX_HEIGHT + 18), 8, f'fill="{PAGE}"'
            ),
            text(COLUMNS[0], top + 28, lane.name, "lane"),
            text(WIDTH - MARGIN - 16, top + 28, lane.resources, "detail", "end"),
            *(
                text((MARGIN + 5 + BORDER) / 2, y + 20 * row, words, "detail", "middle")
                for row, words in enumerate(lane.remark)
            ),
            *(draw_box(box, top) for box in lane.boxes),
            *(draw_arrow(arrow, top) for arrow in lane.arrows),
        ]
    )


def legend(y: int) -> str:
    """What the two kinds of outline mean."""
    made, there = WIDTH - 352, WIDTH - 160
    return "\n".join(
        [
            rect((made, y - 11), (20, 14), 3, look_of(TABLE, made=True)),
            text(made + 28, y, "made by your stack", "detail"),
            rect((there, y - 11), (20, 14), 3, look_of(TABLE, made=False)),
            text(there + 28, y, "there already", "detail"),
        ]
    )


def render() -> str:
    """The whole picture."""
    tops = [HEADER + number * (LANE_HEIGHT + LANE_GAP) for number in range(len(LANES))]
    footer_top = HEIGHT - 40
    styles = [
        f"text{{font-family:{SANS};fill:{TEXT}}}",
        f".zone{{font-size:13px;font-weight:600;fill:{FAINT}}}",
        f".lane{{font-family:{MONO};font-size:14px;font-weight:600}}",
        ".name{font-size:13px;font-weight:600}",
        f".detail{{font-size:12px;fill:{FAINT}}}",
        f".small{{font-size:11px;fill:{FAINT}}}",
        ".word{font-size:11px}",
        f".number{{font-size:12px;font-weight:700;fill:{CARD}}}",
        ".foot{font-size:13px}",
    ]
    title = "What is deployed for each way to bring data"
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title description">',
        "<!-- Drawn by scripts/picture.py: change that, and run './dev docs'. -->",
        f'<title id="title">{title}</title>',
        f'<desc id="description">{escape(description())}</desc>',
        f"<style>{' '.join(styles)}</style>",
        rect((0, 0), (WIDTH, HEIGHT), 12, f'fill="{PAGE}"'),
        text(COLUMNS[0], 33, "Your machine", "zone"),
        text(COLUMNS[2], 33, "Your AWS account", "zone"),
        legend(33),
        *(draw_lane(lane, top) for lane, top in zip(LANES, tops, strict=True)),
        *(text(COLUMNS[0], footer_top + 20 * row, words, "foot") for row, words in enumerate(FOOTER)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def description() -> str:
    """The picture in words, for those who do not see it."""
    sentences = []
    for lane in LANES:
        names = {box.column: box.name for box in lane.boxes}
        steps = ", ".join(
            f"{arrow.word} from {names[arrow.start]} to {names[arrow.end]}" for arrow in lane.arrows
        )
        sentences.append(f"{lane.name}: {steps}. {lane.resources}.")
    return " ".join(sentences)


if __name__ == "__main__":
    sys.exit(write_or_check(__doc__, lambda: {TARGET: render()}))
