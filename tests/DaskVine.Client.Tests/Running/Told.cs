namespace DaskVine.Client.Tests.Running;

/// <summary>Progress that is told at once, unlike that of the base library.</summary>
internal sealed class Told<T>(Action<T> hear) : IProgress<T>
{
    public void Report(T value) => hear(value);
}
