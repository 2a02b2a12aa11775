namespace DaskVine.Client;

/// <summary>One value on its way. What the sink makes of it goes to <paramref name="done"/>, else the reason to <paramref name="failed"/>.</summary>
internal sealed class Arrival<T>(Sink<T> sink, Action<T> done, Action<string> failed) : Arrival
{
    private long _arrived;
    private string? _trouble;

    public override bool Take(long size, long offset, ReadOnlyMemory<byte> data)
    {
        Try(() => sink.Write(size, offset, data));
        _arrived += data.Length;
        return _arrived >= size;
    }

    public override void Finish()
    {
        var made = default(T);
        Try(() => made = sink.Finish());
        if (_trouble is { } trouble)
            Fail(trouble);
        else
            done(made!);
    }

    public override void Fail(string reason)
    {
        sink.Abandon();
        failed(reason);
    }

    // What cannot be stored is not written on, and told when all has come.
    private void Try(Action act)
    {
        if (_trouble is not null)
            return;
        try
        {
            act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _trouble = e.Message;
        }
    }
}

/// <inheritdoc cref="Arrival{T}"/>
internal abstract class Arrival
{
    /// <summary>Takes a piece of a value of so many bytes; true when it was the last.</summary>
    public abstract bool Take(long size, long offset, ReadOnlyMemory<byte> data);

    /// <summary>All has come.</summary>
    public abstract void Finish();

    /// <summary>It will not come, or not be kept.</summary>
    public abstract void Fail(string reason);
}
