using System.Runtime.InteropServices;

namespace DaskVine.ZeroMq;

/// <summary>How a process ended.</summary>
/// <param name="Status">Exit code, or −signal.</param>
/// <param name="CpuUs">Microseconds of processors that it and the children that it waited for have used.</param>
/// <param name="MaxMemory">
/// The most bytes that one of them held. It includes what this process held when it started the other, so it means something only when
/// it is more than that.
/// </param>
public readonly record struct ProcessEnd(int Status, long CpuUs, long MaxMemory);

/// <summary>
/// A process that leads a session of its own, so that what it starts can be found and ended with it. Unlike those of the runtime it can
/// be waited for without being reaped, and until then nobody else gets its number.
/// </summary>
public sealed partial class SessionProcess
{
    private const int Interrupted = 4;
    private const int SignalKill = 9;

    private SessionProcess(int id) => Id = id;

    /// <summary>Of the process, its group and its session.</summary>
    public int Id { get; }

    /// <summary>Starts a program with all signals as they are by default.</summary>
    /// <param name="arguments">The program, which is looked for in PATH unless it is a path, then what it is given.</param>
    /// <param name="environment">All of its variables, as <c>NAME=VALUE</c>.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="output">The file that its standard output and error are appended to.</param>
    /// <param name="directory">Where it runs; this process's directory when null.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static SessionProcess Start(
        IEnumerable<string> arguments, IEnumerable<string> environment, SafeHandle input, string output, string? directory = null)
    {
        string?[] argv = [.. arguments, null];
        var added = false;
        try
        {
            input.DangerousAddRef(ref added);
            var error = Spawn(argv[0]!, argv, [.. environment, null], (int)input.DangerousGetHandle(), output, directory, out var id);
            return error == 0
                ? new SessionProcess(id)
                : throw new IOException($"{argv[0]} cannot be started: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }
        finally
        {
            if (added)
                input.DangerousRelease();
        }
    }

    /// <summary>Waits until the process itself has ended. It stays a zombie until <see cref="Reap"/>.</summary>
    public unsafe void AwaitEnd()
    {
        const int byProcess = 1;
        const int ended = 4;
        const int leaveIt = 0x01000000;
        var info = stackalloc byte[256];
        while (WaitId(byProcess, Id, info, ended | leaveIt) != 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }
    }

    /// <summary>
    /// How it ended, after <see cref="AwaitEnd"/>; null when somebody else has reaped it. Its number may be another's from now on.
    /// </summary>
    public unsafe ProcessEnd? Reap()
    {
        var usage = stackalloc long[32];
        var status = 0;
        int id;
        do
            id = Wait4(Id, &status, 0, usage);
        while (id < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        if (id != Id)
            return null;
        var signal = status & 0x7f;
        var cpuUs = ((usage[0] + usage[2]) * 1_000_000) + usage[1] + usage[3];
        return new ProcessEnd(signal == 0 ? (status >> 8) & 0xff : -signal, cpuUs, usage[4] * 1024);
    }

    /// <summary>Kills its whole group; to be called before <see cref="Reap"/>.</summary>
    public void KillGroup() => _ = Kill(-Id, SignalKill);

    /// <summary>Kills any process; it may be gone already.</summary>
    public static void KillProcess(int id) => _ = Kill(id, SignalKill);

    private static unsafe int Spawn(string program, string?[] argv, string?[] envp, int input, string output, string? directory, out int id)
    {
        // More room than any C library's types take.
        const int room = 1024;
        var actions = stackalloc byte[room];
        var attributes = stackalloc byte[room];
        var signals = stackalloc byte[room];
        new Span<byte>(signals, room).Fill(0xff);
        Initialize(FileActionsInit(actions));
        Initialize(AttributesInit(attributes));
        try
        {
            const int append = 0x1 | 0x40 | 0x400;
            Initialize(AddDuplicate(actions, input, 0));
            Initialize(AddOpen(actions, 1, output, append, 0x180));
            Initialize(AddDuplicate(actions, 1, 2));
            if (directory is not null)
                Initialize(AddDirectory(actions, directory));
            const short defaultSignals = 4;
            const short signalMask = 8;
            const short session = 0x80;
            Initialize(SetFlags(attributes, defaultSignals | signalMask | session));
            Initialize(SetDefaultSignals(attributes, signals));
            new Span<byte>(signals, room).Clear();
            Initialize(SetSignalMask(attributes, signals));
            return PosixSpawn(out id, program, actions, attributes, argv, envp);
        }
        finally
        {
            _ = FileActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
        }
    }

    private static void Initialize(int error)
    {
        if (error != 0)
            throw new IOException($"a process cannot be prepared: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "posix_spawnp", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int PosixSpawn(out int id, string path, byte* actions, byte* attributes, string?[] argv, string?[] envp);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static unsafe partial int FileActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static unsafe partial int FileActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static unsafe partial int AddDuplicate(byte* actions, int descriptor, int as_);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int AddOpen(byte* actions, int as_, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int AddDirectory(byte* actions, string path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static unsafe partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static unsafe partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static unsafe partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static unsafe partial int SetDefaultSignals(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static unsafe partial int SetSignalMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static unsafe partial int WaitId(int what, int id, byte* info, int options);

    [LibraryImport("libc", EntryPoint = "wait4", SetLastError = true)]
    private static unsafe partial int Wait4(int id, int* status, int options, long* usage);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int id, int signal);
}
