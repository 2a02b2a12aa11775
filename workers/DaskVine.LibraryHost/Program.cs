using System.Runtime.InteropServices;
using DaskVine.LibraryHost;

// The .NET side of a worker: runs the functions of one library, each slot on a thread.
//
//     DaskVine.LibraryHost library SOCKET
//
// SOCKET is the worker's Unix socket ("Worker ↔ host" in src/ARCHITECTURE.md). Standard input is a pipe from the worker: at its end of file the
// process ends at once. The working directory has the library's inputs. DASKVINE_INLINE_LIMIT (bytes, 4096) is the largest result that travels in a
// message instead of a file.
const int DefaultInlineLimit = 4096;

if (args is not ["library", var path])
{
    Console.Error.WriteLine("usage: DaskVine.LibraryHost library SOCKET");
    return 2;
}

// A terminal's Ctrl-C reaches the whole process group; what it means is the worker's decision.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
Lifeline.Watch();
CallOutputs.Install();
var limit = int.TryParse(Environment.GetEnvironmentVariable("DASKVINE_INLINE_LIMIT"), out var set) ? set : DefaultInlineLimit;
using var library = new LibraryProcess(path, limit);
return library.Run();
