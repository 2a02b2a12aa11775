namespace DaskVine.Worker.Tests;

public class WorkerResourcesTests
{
    [Fact]
    public void Parse_OfListsAndRepeats_GivesThousandths() => Assert.Equal(
        new Dictionary<string, long> { ["GPU"] = 2000, ["disk"] = 500, ["a b"] = 0, ["fine"] = 1 },
        WorkerResources.Parse("--resources", ["GPU=2,disk=.5", "a b = 0", "fine=0.001"]));

    [Fact]
    public void Parse_OfNothing_IsEmpty() => Assert.Empty(WorkerResources.Parse("--resources", []));

    [Theory]
    [InlineData("")]
    [InlineData("GPU")]
    [InlineData("GPU=")]
    [InlineData("=2")]
    [InlineData("GPU=-1")]
    [InlineData("GPU=two")]
    [InlineData("GPU=0.0001")]
    [InlineData("GPU=1e3")]
    [InlineData("GPU=99999999999999")]
    [InlineData("GPU=1,")]
    public void Parse_OfAnotherForm_NamesOptionAndForm(string list)
    {
        var error = Assert.Throws<FormatException>(() => WorkerResources.Parse("--resources", [list]));
        Assert.StartsWith("--resources: '", error.Message);
        Assert.Contains("NAME=NUMBER, as in --resources GPU=2,disk=0.5", error.Message);
    }

    [Fact]
    public void Parse_OfANameGivenTwice_SaysSo() => Assert.Equal(
        "--resources: 'GPU' is there twice",
        Assert.Throws<FormatException>(() => WorkerResources.Parse("--resources", ["GPU=1", "GPU=2"])).Message);
}
