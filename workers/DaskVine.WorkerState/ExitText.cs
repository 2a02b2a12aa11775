namespace DaskVine.WorkerState;

/// <summary>How a process ended, in words.</summary>
internal static class ExitText
{
    public static string Ended(int status) => status < 0 ? $"was killed by {Signal(-status)}" : $"ended with exit code {status}";

    private static string Signal(int number) => number switch
    {
        1 => "signal 1 (SIGHUP)",
        2 => "signal 2 (SIGINT)",
        4 => "signal 4 (SIGILL)",
        6 => "signal 6 (SIGABRT)",
        7 => "signal 7 (SIGBUS)",
        8 => "signal 8 (SIGFPE)",
        9 => "signal 9 (SIGKILL)",
        11 => "signal 11 (SIGSEGV)",
        13 => "signal 13 (SIGPIPE)",
        14 => "signal 14 (SIGALRM)",
        15 => "signal 15 (SIGTERM)",
        24 => "signal 24 (SIGXCPU)",
        _ => $"signal {number}",
    };
}
