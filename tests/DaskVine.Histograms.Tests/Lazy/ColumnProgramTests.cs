namespace DaskVine.Histograms.Tests;

public sealed class ColumnProgramTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv-events-");
    private readonly EventFiles _events;

    public ColumnProgramTests()
    {
        new EventGenerator().Write(_directory.FullName, events: 100, partitions: 1);
        _events = EventFiles.Open(Path.Combine(_directory.FullName, "*.arrow"));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Add_WhatIsUsedTwice_IsOneStep()
    {
        var met = _events["MET_pt"];
        var twice = met + met;
        var program = new ColumnProgram();

        var number = program.Add(twice * twice);

        Assert.Equal([ColumnOp.Read, ColumnOp.Add, ColumnOp.Multiply], program.Steps.Select(step => step.Operation));
        Assert.Equal(2, number);
        Assert.Equal(0, program.Add(met));
    }

    [Fact]
    public void Add_DeepExpression_DoesNotOverflow()
    {
        var column = _events["MET_pt"];
        for (var i = 0; i < 100_000; i++)
            column = -column;
        var program = new ColumnProgram();

        Assert.Equal(100_000, program.Add(column));
    }

    [Fact]
    public void Run_ForgetsWhatNobodyNeeds()
    {
        var program = new ColumnProgram();
        var number = program.Add((_events["MET_pt"] * 2) + 1);
        var part = Events.Open(_events.Partitions[0].Path);

        var results = ColumnProgram.Run(part, program.Steps, [number]);

        Assert.Equal([number], Enumerable.Range(0, results.Length).Where(step => results[step] is not null));
        Assert.Equal(part["MET_pt"].ToDoubles().ToArray().Select(met => (met * 2) + 1), results[number]!.ToDoubles().ToArray());
    }

    [Fact]
    public void Steps_Travel_AsTheyAre()
    {
        var program = new ColumnProgram();
        program.Add(((_events["Jet_pt"] > 40.25).Sum() >= 2) & (_events.PairMass("Muon").Max() < 91));

        var steps = Values.ValueCodec.Decode<ColumnStep[]>(Values.ValueCodec.Encode(program.Steps).ToArray());

        Assert.Equal(
            program.Steps.Select(step => (step.Operation, step.Name, step.Number, string.Join(',', step.Operands))),
            steps.Select(step => (step.Operation, step.Name, step.Number, string.Join(',', step.Operands))));
    }
}
