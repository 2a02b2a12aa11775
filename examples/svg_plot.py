"""A histogram as a scalable picture (SVG 1.1); each bin says its range and count under the pointer."""

from xml.sax.saxutils import escape

from scales import CountScale, count_quantity, mass_ticks, minor_mass_ticks, spread

WIDTH, HEIGHT = 960, 560  # px
LEFT, RIGHT, TOP, FOOT = 88, 930, 96, 488  # px, the frame of the plot
LABEL_HEIGHT = 34  # px between a peak's label and the frame's top

STYLE = """
  text { font-family: "Helvetica Neue", Helvetica, Arial, "DejaVu Sans", sans-serif; font-size: 14px; fill: #1f2933; }
  .title { font-size: 19px; font-weight: bold; }
  .note { font-size: 13px; fill: #52606d; }
  .peak { font-weight: bold; fill: #b4431f; }
  .area { fill: #a9cbe8; stroke: #1d5c94; stroke-width: 1.4; stroke-linejoin: round; }
  .bin { fill: #f2b25c; fill-opacity: 0; }
  .bin:hover { fill-opacity: 1; }
  .grid { stroke: #e4e9ee; stroke-width: 1; }
  .tick { stroke: #1f2933; stroke-width: 1; }
  .leader { fill: none; stroke: #b4431f; stroke-width: 1; stroke-opacity: 0.75; pointer-events: none; }
  .frame { fill: none; stroke: #1f2933; stroke-width: 1.2; pointer-events: none; }
"""


def draw_svg(histogram, title, peaks, notes):
    """The document as text, for peaks as (label, GeV) in ascending order and notes for the line at its foot."""
    scale = CountScale.of(histogram)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(LEFT, 34, title, "start", "title"),
        *_grid(scale),
        _area(histogram, scale),
        *_bins(histogram, scale),
        *_count_axis(scale, count_quantity(histogram.axis)),
        *_mass_axis(histogram.axis),
        *_peaks(histogram, scale, peaks),
        _text(LEFT, FOOT + 46, "  ·  ".join(notes), "start", "note"),
        f'<rect class="frame" x="{LEFT}" y="{TOP}" width="{RIGHT - LEFT}" height="{FOOT - TOP}"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(axis, mass):
    return LEFT + (RIGHT - LEFT) * float(axis.position(mass))


def _y(scale, count):
    return FOOT - (FOOT - TOP) * float(scale.heights(count))


def _grid(scale):
    return [_line(LEFT, _y(scale, tick), RIGHT, _y(scale, tick), "grid") for tick in scale.ticks]


def _bins(histogram, scale):
    """One rectangle per filled bin, unseen until pointed at: painted side by side they would show seams."""
    axis, edges = histogram.axis, histogram.axis.edges
    for low, high, count in zip(edges, edges[1:], histogram.counts):
        if count:
            x, y = _x(axis, low), _y(scale, count)
            yield (
                f'<rect class="bin" x="{x:.2f}" y="{y:.2f}" width="{_x(axis, high) - x:.2f}" height="{FOOT - y:.2f}">'
                f"<title>{low:.4g} to {high:.4g} GeV: {count:,}</title></rect>"
            )


def _area(histogram, scale):
    """All bins as one shape."""
    axis, edges = histogram.axis, histogram.axis.edges
    path = [f"M{LEFT} {FOOT}"]
    for high, count in zip(edges[1:], histogram.counts):
        path.append(f"V{_y(scale, count):.2f}H{_x(axis, high):.2f}")
    return f'<path class="area" d="{"".join(path)}V{FOOT}"/>'


def _count_axis(scale, quantity):
    """Ticks, labels and quantity of the vertical axis."""
    for tick in scale.minor_ticks:
        yield _line(LEFT, _y(scale, tick), LEFT + 5, _y(scale, tick), "tick")
    for tick in scale.ticks:
        y = _y(scale, tick)
        yield _line(LEFT, y, LEFT + 9, y, "tick")
        yield _text(LEFT - 8, y + 5, f"{tick:,.0f}", "end")
    middle = (TOP + FOOT) / 2
    yield f'<text x="22" y="{middle}" text-anchor="middle" transform="rotate(-90 22 {middle})">{escape(quantity)}</text>'


def _mass_axis(axis):
    """Ticks, labels and quantity of the horizontal axis."""
    for tick in minor_mass_ticks(axis):
        yield _line(_x(axis, tick), FOOT, _x(axis, tick), FOOT - 5, "tick")
    for tick in mass_ticks(axis):
        yield _line(_x(axis, tick), FOOT, _x(axis, tick), FOOT - 9, "tick")
        yield _text(_x(axis, tick), FOOT + 20, f"{tick:g}", "middle")
    yield _text(RIGHT, FOOT + 46, "Dimuon invariant mass [GeV]", "end")


def _peaks(histogram, scale, peaks):
    """Labels in a row above the frame, each with a line down to its peak, bent where labels had to move apart."""
    axis, edges = histogram.axis, histogram.axis.edges
    places = [_x(axis, mass) for _, mass in peaks]
    labels = spread(places, [8.5 * len(label) + 8 for label, _ in peaks])
    for (label, mass), place, centre in zip(peaks, places, labels):
        count = histogram.counts[min(max(edges.searchsorted(mass) - 1, 0), axis.bins - 1)]
        top = TOP - LABEL_HEIGHT + 22
        foot = max(_y(scale, count) - 5, TOP + 6)
        yield f'<path class="leader" d="M{centre:.1f} {top - 6}V{top}L{place:.1f} {TOP + 4}V{foot:.1f}"/>'
        yield _text(centre, TOP - LABEL_HEIGHT + 10, label, "middle", "peak")


def _line(x1, y1, x2, y2, kind):
    return f'<line class="{kind}" x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}"/>'


def _text(x, y, text, anchor, kind=None):
    kind = f' class="{kind}"' if kind else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
