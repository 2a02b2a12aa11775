"""What was moved between the processes of a cluster: numbers, and a picture of them."""

from html import escape

from daskvine import records as r

MANAGER = "manager"

_CELL = 44
_MARGIN = 110
_UNITS = ("B", "KB", "MB", "GB", "TB")


class Movements:
    """Bytes since the manager started.

    `made`: bytes of results that workers keep. `pairs`: ``{(from, to): (bytes moved, bytes linked, files)}`` by names of
    processes, "manager" for the manager. What was linked (a second name for the same file on one disk) was not moved.
    """

    def __init__(self, made, pairs):
        self.made = made
        self.pairs = pairs

    @property
    def moved(self):
        """Bytes that went from one process to another, all together."""
        return sum(moved for moved, _, _ in self.pairs.values())

    @property
    def linked(self):
        """Bytes of files that were linked instead."""
        return sum(linked for _, linked, _ in self.pairs.values())

    @property
    def through_manager(self):
        """Bytes that went to or from the manager."""
        return sum(moved for pair, (moved, _, _) in self.pairs.items() if MANAGER in pair)

    @property
    def largest(self):
        """The most bytes that went from one process to one other."""
        return max((moved for moved, _, _ in self.pairs.values()), default=0)

    def since(self, earlier):
        """What came after `earlier`, Movements of the same manager."""
        pairs = {}
        for pair, counts in self.pairs.items():
            before = earlier.pairs.get(pair, (0, 0, 0))
            difference = tuple(now - then for now, then in zip(counts, before))
            if any(difference):
                pairs[pair] = difference
        return Movements(self.made - earlier.made, pairs)

    def to_svg(self, title="bytes moved, from row to column"):
        """The matrix of bytes between every two processes as an SVG document (str)."""
        names = sorted({name for pair in self.pairs for name in pair}, key=lambda name: (name != MANAGER, len(name), name))
        size = _MARGIN + _CELL * max(1, len(names)) + 10
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size + 24}" font-family="sans-serif" font-size="11">',
            f'<text x="8" y="18" font-size="13">{escape(title)}</text>',
        ]
        for place, name in enumerate(names):
            middle = _MARGIN + _CELL * place + _CELL / 2
            parts.append(f'<text x="{_MARGIN - 6}" y="{middle + 4}" text-anchor="end">{escape(name)}</text>')
            parts.append(f'<text transform="translate({middle + 4},{_MARGIN - 6}) rotate(-60)">{escape(name)}</text>')
        parts += [self._cell(names, row, column) for row in range(len(names)) for column in range(len(names))]
        parts.append("</svg>")
        return "\n".join(parts)

    def _cell(self, names, row, column):
        moved, linked, files = self.pairs.get((names[row], names[column]), (0, 0, 0))
        share = moved / self.largest if self.largest else 0
        x, y = _MARGIN + _CELL * column, _MARGIN + _CELL * row
        tip = f"{names[row]} to {names[column]}: {format_bytes(moved)} moved, {format_bytes(linked)} linked, {files} files"
        label = f'<text x="{x + _CELL / 2}" y="{y + _CELL / 2 + 4}" text-anchor="middle" font-size="9">{format_bytes(moved)}</text>' if moved else ""
        return (
            f'<g><title>{escape(tip)}</title><rect x="{x}" y="{y}" width="{_CELL - 1}" height="{_CELL - 1}" fill="#1f77b4" '
            f'fill-opacity="{0.06 + 0.84 * share:.2f}"/>{label}</g>'
        )

    def __repr__(self):
        return (
            f"<Movements made {format_bytes(self.made)}, moved {format_bytes(self.moved)} "
            f"({format_bytes(self.through_manager)} through the manager), linked {format_bytes(self.linked)}>"
        )


def ask(connection):
    """The Movements that the manager of `connection` has counted. Raises what ended the connection."""
    number, mailbox = connection.open_mailbox()
    try:
        connection.post([r.ASK_MOVEMENTS, number])
        connection.flush()
        connection.wait_for_mail(mailbox)
        _, _, made, moved = mailbox.popleft()[0]
    finally:
        connection.close_mailbox(number)
    return Movements(made, {(start or MANAGER, end or MANAGER): (size, linked, files) for start, end, size, linked, files in moved})


def format_bytes(count):
    """A number of bytes for people, with three digits at most: "1.2 MB"."""
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.0f} {_UNITS[unit]}" if unit == 0 or count >= 100 else f"{count:.1f} {_UNITS[unit]}"
