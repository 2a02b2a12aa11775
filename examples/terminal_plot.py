"""A histogram as lines of text: Unicode blocks, or plain ASCII where the terminal has no more."""

from dataclasses import dataclass

import numpy as np

from scales import CountScale, count_quantity, mass_ticks

MARGIN = 9  # columns left of the plot, for the labels of counts


@dataclass(frozen=True)
class Glyphs:
    """What a plot is drawn with. `levels` are the fillings of one cell, from empty to full."""

    levels: str
    vertical: str
    horizontal: str
    corner: str
    count_tick: str
    mass_tick: str
    marker: str


UNICODE = Glyphs(" ▁▂▃▄▅▆▇█", "│", "─", "└", "┤", "┬", "▾")
ASCII = Glyphs(" .:#", "|", "-", "+", "+", "+", "v")


def draw_in_terminal(histogram, title, peaks, columns, rows, unicode):
    """Text of the plot, `columns` wide with `rows` of bars, for peaks as (label, GeV) in ascending order."""
    glyphs = UNICODE if unicode else ASCII
    width = columns - MARGIN - 2
    scale = CountScale.of(histogram)
    fills = scale.heights(_column_counts(histogram, width)) * rows
    lines = [title.center(columns).rstrip()]
    lines += [" " * (MARGIN + 1) + line for line in _peak_lines(histogram.axis, peaks, width, glyphs)]
    lines += _bars(fills, rows, _count_labels(scale, rows), glyphs)
    lines += _mass_axis(histogram.axis, width, glyphs)
    return "\n".join(line.rstrip() for line in lines)


def _column_counts(histogram, width):
    """Mean counts of the bins that share a column, shape (width,); a bin wider than a column fills several."""
    bins = histogram.axis.bins
    starts = np.arange(width) * bins // width
    ends = np.maximum(np.arange(1, width + 1) * bins // width, starts + 1)
    return np.array([histogram.counts[start:end].mean() for start, end in zip(starts, ends)])


def _bars(fills, rows, labels, glyphs):
    """Lines from top to foot; `fills`, shape (width,), are heights in rows."""
    full = len(glyphs.levels) - 1
    lines = []
    for row in reversed(range(rows)):
        # Rounded up, so that a bin with few entries still shows.
        cells = np.ceil(np.clip(fills - row, 0.0, 1.0) * full).astype(int)
        edge = glyphs.count_tick if row in labels else glyphs.vertical
        lines.append(labels.get(row, "").rjust(MARGIN) + edge + "".join(glyphs.levels[cell] for cell in cells))
    return lines


def _count_labels(scale, rows):
    """{row: label} of counts, each on the row that its height falls in."""
    return {min(int(scale.heights(tick) * rows), rows - 1): f"{tick:,.0f}" for tick in scale.ticks}


def _mass_axis(axis, width, glyphs):
    """The axis line with ticks, their labels, and below them what both axes show."""
    line, labels = [glyphs.horizontal] * width, [" "] * (width + MARGIN + 1)
    for tick in mass_ticks(axis):
        column = min(int(axis.position(tick) * width), width - 1)
        line[column] = glyphs.mass_tick
        text = f"{tick:g}"
        start = min(column + MARGIN + 1 - len(text) // 2, len(labels) - len(text))
        labels[start : start + len(text)] = text
    quantities = count_quantity(axis) + "Dimuon mass [GeV]".rjust(width + MARGIN + 1 - len(count_quantity(axis)))
    return [" " * MARGIN + glyphs.corner + "".join(line), "".join(labels), quantities]


def _peak_lines(axis, peaks, width, glyphs):
    """Labels above markers that point at the peaks; labels that would overlap stand on lines of their own."""
    markers, lines = [" "] * width, []
    for label, mass in peaks:
        column = min(int(axis.position(mass) * width), width - 1)
        markers[column] = glyphs.marker
        start = max(0, min(column - len(label) // 2, width - len(label)))
        _first_free(lines, start, len(label), width)[start : start + len(label)] = label
    return ["".join(line) for line in [*reversed(lines), markers]]


def _first_free(lines, start, length, width):
    """The lowest line with room for a label and a space on either side; a new one when there is none."""
    for line in lines:
        if not "".join(line[max(0, start - 1) : start + length + 1]).strip():
            return line
    lines.append([" "] * width)
    return lines[-1]
