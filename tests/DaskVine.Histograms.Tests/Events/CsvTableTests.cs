namespace DaskVine.Histograms.Tests;

public sealed class CsvTableTests : IDisposable
{
    private readonly string _path = Path.ChangeExtension(Path.GetTempFileName(), ".csv");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Open_Csv_FindsTypes()
    {
        var events = Read("Run,\"Event\",pt1, eta1 ,Q1\n165617,7496912200,54.7055,-0.43,1\r\n\n165618,1,,2e-3,-1\n");

        Assert.Equal(["Run", "Event", "pt1", "eta1", "Q1"], events.Names);
        Assert.Equal([165617, 165618], events.Flat<int>("Run"));
        Assert.Equal([7496912200, 1], events.Flat<long>("Event"));
        Assert.Equal([54.7055, double.NaN], events.Flat<double>("pt1"));
        Assert.Equal([-0.43, 0.002], events.Flat<double>("eta1"));
        Assert.Equal([1, -1], events.Flat<int>("Q1"));
    }

    [Fact]
    public void Open_Dimuons_HaveTheirMass()
    {
        // The first pairs of CMS open data, run 2011 A.
        var events = Read("""
            Run,Event,pt1,eta1,phi1,Q1,dxy1,iso1,pt2,eta2,phi2,Q2,dxy2,iso2
            165617,74969122,54.7055,-0.432396,2.57421,1,-0.0745444,0.499921,34.2464,-0.98848,-0.498704,-1,0.0712224,3.42214
            165617,75138253,24.5872,-2.0522,2.86657,-1,-0.0554371,0,28.5389,0.385163,-1.99117,1,0.0514773,0
            """);

        var mass = (2 * events["pt1"] * events["pt2"]
            * ((events["eta1"] - events["eta2"]).Cosh() - (events["phi1"] - events["phi2"]).Cos())).Sqrt();

        Assert.Equal([89.885744, 88.810987], mass.ToDoubles().ToArray().Select(value => Math.Round(value, 6)));
    }

    [Fact]
    public void Open_OnlyNames_HasNoEvents() => Assert.Equal(0, Read("a,b\n").Count);

    [Theory]
    [InlineData("", "no line of names")]
    [InlineData("a,b\n1,2\n1\n", "line 3: 1 numbers, and there are 2 names")]
    [InlineData("a,b\n1,2,3\n", "line 2: 3 numbers")]
    [InlineData("a,b\n1,two\n", "line 2: \"two\" in the column \"b\" is no number")]
    public void Open_CsvThatIsNone_SaysWhere(string text, string message) =>
        Assert.Contains(message, Assert.Throws<HistogramException>(() => Read(text)).Message);

    private Events Read(string text)
    {
        File.WriteAllText(_path, text);
        return Events.Open(_path);
    }
}
