namespace DaskVine.ZeroMq.Tests;

/// <summary>Prints libzmq's version, or why it does not load: what <see cref="ZmqLibraryTests"/> runs as a process of its own.</summary>
internal static class Program
{
    private static int Main()
    {
        try
        {
            Console.WriteLine(Zmq.Version);
            return 0;
        }
        catch (ZmqNotFoundException exception)
        {
            Console.WriteLine(exception.Message);
            return 1;
        }
    }
}
