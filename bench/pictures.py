"""Pictures that several benches draw, as SVG documents."""

import math
from xml.sax.saxutils import escape

COLOURS = ("#8a9ba8", "#5b8db8", "#e0a030", "#3a9a5b", "#b4431f")
_FONT = 'font-family="Helvetica, Arial, sans-serif" font-size="13"'


def bars(title, panels, unit="s"):
    """Bars in panels beside each other, each with a scale of its own: ``[(heading, [(label, value)]), …]``, values above zero."""
    width, height, top, foot = 520, 340, 92, 270
    parts = [_begin(width * len(panels), height), _text(20, 30, title, size=18, weight="bold")]
    for place, (heading, entries) in enumerate(panels):
        left = width * place + 30
        step = (width - 50) / len(entries)
        highest = max(value for _, value in entries)
        parts.append(_text(left, 62, heading, size=14))
        for number, (label, value) in enumerate(entries):
            x = left + step * number
            tall = (foot - top) * value / highest
            tip = escape(f"{label}: {value:.4g} {unit}")
            parts.append(
                f'<rect x="{x:.1f}" y="{foot - tall:.1f}" width="{step * 0.78:.1f}" height="{tall:.1f}" '
                f'fill="{COLOURS[number % len(COLOURS)]}"><title>{tip}</title></rect>'
            )
            middle = x + step * 0.39
            parts.append(_text(middle, foot - tall - 7, f"{_short(value)} {unit}", anchor="middle"))
            for line, words in enumerate(label.split("\n")):
                parts.append(_text(middle, foot + 18 + 15 * line, words, size=12, anchor="middle"))
        parts.append(f'<path d="M{left} {foot}H{left + width - 50}" stroke="#1f2933"/>')
    return "\n".join([*parts, "</svg>"])


def distributions(title, unit, samples):
    """How often which duration occurs, one curve per label, on a logarithmic axis: ``{label: seconds of each}``."""
    left, right, top, foot, bins = 40, 860, 100, 330, 60
    low = math.floor(math.log10(max(1e-5, min(min(values) for values in samples.values()))) * 4) / 4
    high = math.ceil(math.log10(max(max(values) for values in samples.values())) * 4) / 4
    counts = {label: _counted(values, low, high, bins) for label, values in samples.items()}
    highest = max(max(each) for each in counts.values())
    parts = [_begin(900, 400), _text(20, 30, title, size=18, weight="bold")]
    for tick in range(math.ceil(low), math.floor(high) + 1):
        x = left + (right - left) * (tick - low) / (high - low)
        parts.append(f'<path d="M{x:.1f} {top}V{foot}" stroke="#e4e9ee"/>')
        parts.append(_text(x, foot + 18, f"{10.0 ** tick:g} s", anchor="middle"))
    step = (right - left) / bins
    for number, (label, each) in enumerate(counts.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = "".join(f"V{foot - (foot - top) * count / highest:.1f}H{left + step * (i + 1):.1f}" for i, count in enumerate(each))
        parts.append(f'<path d="M{left} {foot}{path}V{foot}" fill="{colour}" fill-opacity="0.15" stroke="{colour}" stroke-width="1.6"/>')
        x, y = 20 + 430 * (number % 2), 46 + 20 * (number // 2)
        parts.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(x + 18, y + 11, label.replace("\n", " "), size=12))
    parts.append(f'<path d="M{left} {foot}H{right}" stroke="#1f2933"/>')
    parts.append(_text((left + right) / 2, foot + 42, unit, anchor="middle"))
    return "\n".join([*parts, "</svg>"])


def _counted(values, low, high, bins):
    counts = [0] * bins
    for value in values:
        place = (math.log10(max(value, 10.0**low)) - low) / (high - low)
        counts[min(bins - 1, int(place * bins))] += 1
    return counts


def _short(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _begin(width, height):
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" {_FONT}>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    )


def _text(x, y, text, *, size=13, anchor="start", weight="normal"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" fill="#1f2933">{escape(text)}</text>'
    )
