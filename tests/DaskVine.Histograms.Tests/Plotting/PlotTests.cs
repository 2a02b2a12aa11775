using System.Xml.Linq;

namespace DaskVine.Histograms.Tests.Plotting;

public class PlotTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void ToText_OfNumbers_DrawsColumns()
    {
        var hist = Hist.New.Reg(4, 0, 8, label: "x [GeV]").Int64().Fill(new[] { 1.0, 3, 3, 3, 3, 5, 5, 99 });
        string[] expected =
        [
            "        4┤     █████",
            "         │     █████",
            "         │     ██████████",
            "         │███████████████",
            "        0└────────────────────",
            "          0     x [GeV]      8",
        ];
        Assert.Equal(expected, hist.ToText(columns: 30, rows: 4).Split('\n'));
    }

    [Fact]
    public void ToText_OfCategories_DrawsALineForEach()
    {
        var hist = Hist.New.StrCat(["e", "muon"], label: "flavour").Int64().Fill(new[] { "e", "muon", "muon" });
        Assert.Equal(["   e 1 │███████▌", "muon 2 │███████████████", "        flavour"], hist.ToText(columns: 24).Split('\n'));
    }

    [Fact]
    public void ToText_OfTwoAxes_ShadesThem()
    {
        var hist = Hist.New.Reg(2, 0, 2, label: "x").Reg(2, 0, 2, label: "y").Int64().Fill(new[] { 0.5, 1.5, 1.5 }, new[] { 0.5, 1.5, 1.5 });
        var lines = hist.ToText(columns: 22, rows: 2).Split('\n');
        Assert.Equal(["        2│      ██████", "        0│▒▒▒▒▒▒"], lines[..2]);
        Assert.Contains("upwards: y, █ = 2", lines[^1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1_000)]
    public void ToText_OfAnyNumberOfBins_KeepsItsWidth(int bins)
    {
        var hist = Hist.New.Reg(bins, 0, 1).Int64();
        Assert.All(hist.Fill(0.5).ToText(columns: 60).Split('\n'), line => Assert.InRange(line.Length, 0, 60));
        Assert.NotEmpty(hist.Empty().ToText());
    }

    [Fact]
    public void Pictures_OfThreeAxesOrNoBin_AreRefused()
    {
        var three = Hist.New.Bool().Bool().Bool().Int64();
        Assert.Contains("3 axes cannot be plotted", Assert.Throws<HistogramException>(() => three.ToText()).Message);
        Assert.Contains("3 axes cannot be plotted", Assert.Throws<HistogramException>(() => three.ToSvg()).Message);
        var none = Hist.New.StrCat([], growth: true).Int64();
        Assert.Contains("no category", Assert.Throws<HistogramException>(() => none.ToText()).Message);
        Assert.Contains("no category", Assert.Throws<HistogramException>(() => none.ToSvg()).Message);
    }

    [Fact]
    public void Svg_OfOneAxis_HasAStepAndAnErrorForEachBin()
    {
        var hist = Hist.New.Var([0, 1, 4, double.PositiveInfinity], label: "a < b").Weight().Fill(new[] { 0.5, 2, 2 });
        var svg = XDocument.Parse(hist.ToSvg("Title & more")).Root!;
        Assert.Equal("Title & more", svg.Element(Svg + "title")!.Value);
        Assert.Equal(3, svg.Elements(Svg + "rect").Count(element => (string?)element.Attribute("class") == "bin"));
        Assert.Equal(2, svg.Elements(Svg + "line").Count(element => (string?)element.Attribute("class") == "error"));
        Assert.Contains(svg.Descendants(Svg + "title"), title => title.Value == "[1, 4): 2 ± 1.41");
        Assert.Contains(svg.Elements(Svg + "text"), text => text.Value == "a < b");
    }

    [Fact]
    public void Svg_OfTwoAxes_HasARectangleForEachBinThatIsNotEmpty()
    {
        var hist = Hist.New.Reg(2, 0, 2).StrCat(["a", "b"]).Int64().Fill(new[] { 0.5, 1.5, 1.5 }, new[] { "a", "b", "b" });
        var svg = XDocument.Parse(hist.ToSvg()).Root!;
        var bins = svg.Elements(Svg + "rect").Where(element => element.Element(Svg + "title") is not null).ToList();
        Assert.Equal(["[0, 1) × a: 1", "[1, 2) × b: 2"], bins.Select(bin => bin.Value));
        Assert.Equal("#fde725", (string?)bins[1].Attribute("fill"));
    }

    [Fact]
    public void Plot_WithAFile_DrawsInBothAndIsTheHistogram()
    {
        var hist = Hist.New.Reg(3, 0, 3).Double().Fill(0.5);
        var path = Path.Combine(Directory.CreateTempSubdirectory("plot-").FullName, "hist.svg");
        using var terminal = new StringWriter();

        Assert.Same(hist, hist.Plot(path, terminal));

        Assert.Equal(hist.ToText() + terminal.NewLine, terminal.ToString());
        Assert.Equal(hist.ToSvg(), File.ReadAllText(path));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
