namespace DaskVine.Scheduling;

/// <summary>A worker process, as the shell numbers them: the same instance keeps its number when it says hello again.</summary>
public readonly record struct WorkerId(int Value)
{
    public override string ToString() => $"worker {Value}";
}

/// <summary>A client process, as the shell numbers them.</summary>
public readonly record struct ClientId(int Value)
{
    public override string ToString() => $"client {Value}";
}
