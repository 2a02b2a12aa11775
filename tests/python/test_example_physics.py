"""The dimuon example: its physics, its histograms, its pictures and its messages. No cluster is needed."""

import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
CMS_FILE = CHECKOUT.parent / "shared/data/cms/Zmumu_Run2011A.csv"
sys.path.insert(0, str(CHECKOUT / "examples"))

import dimuons  # noqa: E402
import histogram  # noqa: E402
import scales  # noqa: E402
import spectrum  # noqa: E402
import svg_plot  # noqa: E402
import terminal_plot  # noqa: E402
import z_mass  # noqa: E402

HEADER = "Run,Event,pt1,eta1,phi1,Q1,dxy1,iso1,pt2,eta2,phi2,Q2,dxy2,iso2\n"


def pairs(*rows):
    """Pairs of dtype DIMUON from (pt1, eta1, phi1, pt2, eta2, phi2)."""
    return np.array(list(rows), dimuons.DIMUON)


def mass_of_four_vectors(pair):
    """Mass in GeV from summed four-vectors of two massless particles: independent of the example's formula."""
    total = np.zeros(4)
    for muon in "12":
        pt, eta, phi = (pair[name + muon] for name in ("pt", "eta", "phi"))
        total += [pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)]
    return np.sqrt(total[0] ** 2 - np.sum(total[1:] ** 2))


def lines_of_events(count):
    """CSV lines of back-to-back central pairs with pt = 30, 31, … GeV, so of masses 60, 62, … GeV."""
    return "".join(f"1,{i},{30 + i},0,0,1,0,0,{30 + i},0,{np.pi},-1,0,0\n" for i in range(count))


def read_all(path, partitions):
    """All pairs of a file, read in so many blocks."""
    return np.concatenate([dimuons.read_dimuons(*block) for block in dimuons.csv_blocks(path, partitions)])


def test_mass_back_to_back_central_muons_is_twice_pt():
    assert dimuons.invariant_mass(pairs((45.6, 0, 0, 45.6, 0, np.pi))) == pytest.approx([91.2])


def test_mass_collinear_muons_is_zero():
    assert dimuons.invariant_mass(pairs((20, 1.3, 0.7, 35, 1.3, 0.7))) == pytest.approx([0.0])


def test_mass_any_muons_equals_sum_of_four_vectors():
    sample = spectrum.generate_dimuons(seed=3, partition=0, events=200)
    expected = [mass_of_four_vectors(pair) for pair in sample]
    assert dimuons.invariant_mass(sample) == pytest.approx(expected, rel=1e-5)


def test_generator_same_seed_and_partition_gives_the_same_events():
    assert np.array_equal(spectrum.generate_dimuons(7, 2, 1000), spectrum.generate_dimuons(7, 2, 1000))


@pytest.mark.parametrize("seed, partition", [(8, 2), (7, 3)])
def test_generator_other_seed_or_partition_gives_other_events(seed, partition):
    assert not np.array_equal(spectrum.generate_dimuons(7, 2, 1000), spectrum.generate_dimuons(seed, partition, 1000))


def test_generator_any_events_have_the_masses_that_were_drawn():
    drawn = spectrum._draw_masses(np.random.default_rng([5, 1]), 5000)
    assert dimuons.invariant_mass(spectrum.generate_dimuons(5, 1, 5000)) == pytest.approx(drawn, rel=1e-6)


def test_generator_any_events_keep_phi_in_range_and_pt_positive():
    sample = spectrum.generate_dimuons(5, 1, 5000)
    for muon in "12":
        assert np.all(np.abs(sample["phi" + muon]) <= np.pi)
        assert np.all(sample["pt" + muon] > 0)


@pytest.mark.parametrize("resonance", spectrum.RESONANCES, ids=lambda resonance: resonance.ascii_symbol)
def test_generator_large_sample_peaks_at_each_resonance(resonance):
    masses = dimuons.invariant_mass(spectrum.generate_dimuons(1, 0, 400_000))
    reach = 1.5 * resonance.resolution * resonance.mass
    axis = histogram.Axis(resonance.mass - reach, resonance.mass + reach, 12)
    position, error = histogram.peak_position(histogram.fill_histogram(axis, masses), axis.low, axis.high)
    assert position == pytest.approx(resonance.mass, abs=0.003 * resonance.mass)
    assert error < 0.003 * resonance.mass


@pytest.mark.parametrize("events, partitions", [(10, 3), (2, 5), (2_000_000, 32)])
def test_partition_sizes_any_split_sum_to_all_events(events, partitions):
    sizes = spectrum.events_per_partition(events, partitions)
    assert len(sizes) == partitions and sum(sizes) == events and max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("log", [False, True])
def test_histogram_merged_parts_equal_the_whole(log):
    axis = histogram.Axis(2, 200, 50, log)
    masses = np.random.default_rng(1).uniform(1, 300, 10_000)
    parts = [histogram.fill_histogram(axis, part) for part in np.array_split(masses, 7)]
    assert histogram.merge_histograms(parts).differences(histogram.fill_histogram(axis, masses)) == 0


def test_histogram_values_outside_are_counted_as_underflow_and_overflow():
    masses = np.array([59.9, 60.0, 119.9, 120.0, 120.1, np.inf, np.nan])
    filled = histogram.fill_histogram(z_mass.Z_REGION, masses)
    assert (filled.underflow, filled.counts.sum(), filled.overflow, filled.entries) == (1, 3, 3, 7)


def test_histogram_no_values_has_no_entries():
    assert histogram.fill_histogram(z_mass.Z_REGION, np.empty(0)).entries == 0


def test_histogram_other_axis_is_refused():
    one, other = (histogram.fill_histogram(histogram.Axis(0, 1, bins), np.empty(0)) for bins in (2, 3))
    with pytest.raises(ValueError, match="different axes"):
        histogram.merge_histograms([one, other])


def test_histogram_one_count_moved_differs_in_two_places():
    one, other = (histogram.fill_histogram(z_mass.Z_REGION, np.array([mass])) for mass in (70.0, 80.0))
    assert one.differences(other) == 2


def test_peak_position_too_few_events_is_none():
    filled = histogram.fill_histogram(z_mass.Z_REGION, np.array([90.0, 91.0]))
    assert histogram.peak_position(filled, 86, 96) is None


def test_graph_any_partitions_reads_fills_and_merges_in_a_tree():
    partitions = z_mass.generated_partitions(seed=1, events=9000, partitions=9)
    graph = z_mass.mass_histogram(partitions, z_mass.FULL_SPECTRUM)
    assert len(graph.dask) == 9 + 9 + 2 + 1
    assert graph.compute(scheduler="sync").entries == 9000


@pytest.mark.parametrize("partitions", [1, 2, 7, 100])
def test_csv_any_number_of_blocks_holds_each_event_once(tmp_path, partitions):
    path = tmp_path / "events.csv"
    path.write_text(HEADER + lines_of_events(20))
    masses = dimuons.invariant_mass(read_all(path, partitions))
    assert masses == pytest.approx(60 + 2 * np.arange(20))


@pytest.mark.parametrize("change", [str.rstrip, lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text])
def test_csv_other_line_ends_and_byte_order_mark_are_read_alike(tmp_path, change):
    path = tmp_path / "events.csv"
    path.write_bytes(change(HEADER + lines_of_events(20)).encode())
    assert len(read_all(path, 4)) == 20


def test_csv_without_events_is_empty(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(HEADER)
    assert len(read_all(path, 3)) == 0


def test_csv_missing_columns_names_file_and_both_sides(tmp_path, capsys):
    path = tmp_path / "electrons.csv"
    path.write_text("Run,pt1,eta1,phi1,E2\n")
    assert z_mass.main(["--input", str(path)]) == 2
    message = capsys.readouterr().err
    assert f"{path} lacks pt2, eta2, phi2" in message
    assert "found:  Run, pt1, eta1, phi1, E2" in message and "needed: pt1, eta1, phi1, pt2, eta2, phi2" in message


def test_csv_missing_file_names_it(tmp_path, capsys):
    assert z_mass.main(["--input", str(tmp_path / "absent.csv")]) == 2
    assert f"cannot read {tmp_path / 'absent.csv'}: No such file" in capsys.readouterr().err


def test_csv_value_that_is_no_number_names_the_file(tmp_path):
    path = tmp_path / "events.csv"
    path.write_text(HEADER + lines_of_events(3).replace("31", "many"))
    with pytest.raises(dimuons.DimuonFileError, match="events.csv.*many"):
        read_all(path, 1)


def test_check_other_histogram_is_reported_with_status_1(capsys):
    one, other = (histogram.fill_histogram(z_mass.Z_REGION, np.array([mass])) for mass in (70.0, 80.0))
    assert z_mass.check(one, one) == 0
    assert z_mass.check(one, other) == 1
    assert "differs in 2 places" in capsys.readouterr().err


def sample_histogram(axis):
    return histogram.fill_histogram(axis, dimuons.invariant_mass(spectrum.generate_dimuons(1, 0, 20_000)))


@pytest.mark.parametrize("axis", [z_mass.FULL_SPECTRUM, z_mass.Z_REGION], ids=["log", "linear"])
def test_svg_any_histogram_is_well_formed_with_one_rectangle_per_filled_bin(axis):
    filled = sample_histogram(axis)
    root = ElementTree.fromstring(svg_plot.draw_svg(filled, "mass < 200 & more", [("Z", 91.19)], ["20,000 entries"]))
    bins = [element for element in root.iter() if element.get("class") == "bin"]
    shown = [int(element[0].text.split(": ")[1].replace(",", "")) for element in bins]
    assert shown == [count for count in filled.counts if count]
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert {"mass < 200 & more", "Z", "20,000 entries", "100"} <= set(texts)


@pytest.mark.parametrize("axis", [z_mass.FULL_SPECTRUM, z_mass.Z_REGION], ids=["log", "linear"])
def test_pictures_empty_histogram_are_drawn(axis):
    empty = histogram.fill_histogram(axis, np.empty(0))
    ElementTree.fromstring(svg_plot.draw_svg(empty, "empty", [], []))
    assert "Dimuon mass" in terminal_plot.draw_in_terminal(empty, "empty", [], 80, 10, unicode=True)


def test_terminal_plot_without_unicode_is_ascii_and_fits():
    peaks = [(r.ascii_symbol, r.mass) for r in spectrum.RESONANCES]
    text = terminal_plot.draw_in_terminal(sample_histogram(z_mass.FULL_SPECTRUM), "mass", peaks, 80, 12, unicode=False)
    assert text.isascii() and max(map(len, text.splitlines())) <= 80
    assert all(label in text for label, _ in peaks)


def test_labels_that_would_overlap_are_spread_around_their_wishes():
    assert scales.spread([10, 11, 50], [4, 4, 4]) == pytest.approx([8.5, 12.5, 50])


def test_cms_events_peak_at_the_z():
    if not CMS_FILE.exists():
        pytest.skip(f"needs the CMS Open Data sample at {CMS_FILE}")
    graph = z_mass.mass_histogram(z_mass.file_partitions(CMS_FILE, 8), z_mass.Z_REGION)
    total = graph.compute(scheduler="sync")
    assert total.entries == 10_583
    position, _ = histogram.peak_position(total, *z_mass.Z_FIT_RANGE)
    assert 90.5 < position < 91.7
