"""What is told of bytes that were moved: the numbers, their difference, the picture."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from daskvine.movements import MANAGER, Movements, format_bytes

PAIRS = {(MANAGER, "w1"): (10, 0, 1), ("w1", "w2"): (300, 0, 2), ("w2", "w1"): (0, 5_000, 1)}


def test_sums_tell_moved_linked_and_what_went_through_the_manager():
    movements = Movements(9_000, PAIRS)
    assert (movements.moved, movements.linked, movements.through_manager, movements.largest) == (310, 5_000, 10, 300)


def test_since_leaves_out_what_was_before():
    later = Movements(10_000, {**PAIRS, ("w1", "w2"): (350, 0, 3), ("w3", MANAGER): (7, 0, 1)})
    assert later.since(Movements(9_000, PAIRS)).pairs == {("w1", "w2"): (50, 0, 1), ("w3", MANAGER): (7, 0, 1)}
    assert later.since(Movements(9_000, PAIRS)).made == 1_000


def test_nothing_moved_is_all_zero_and_still_a_picture():
    movements = Movements(0, {})
    assert (movements.moved, movements.largest) == (0, 0)
    assert ElementTree.fromstring(movements.to_svg()).tag.endswith("svg")


def test_picture_has_a_cell_for_every_two_processes_and_the_names_escaped():
    root = ElementTree.fromstring(Movements(1, {("<w&1>", "w2"): (1_500_000, 0, 1)}).to_svg())
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert "<w&1>" in texts and "1.5 MB" in texts
    assert len([element for element in root.iter() if element.tag.endswith("rect")]) == 4


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1_000, "1.0 KB"), (123_456, "123 KB"), (4_400_000_000, "4.4 GB"), (10**16, "10000 TB")]
)
def test_bytes_are_told_with_three_digits(count, text):
    assert format_bytes(count) == text


def test_vine_tells_what_its_workers_made_and_moved(vine):
    before = vine.movements()
    graph = {("x", i): (np.ones, 200_000) for i in range(4)}
    graph["sum"] = (sum, [(np.sum, ("x", i)) for i in range(4)])
    assert vine.get(graph, "sum") == 800_000
    told = vine.movements().since(before)
    assert told.made >= 4 * 8 * 200_000
    assert told.moved + told.linked <= told.made
