using DaskVine.Protocol;

namespace DaskVine.Simulation.Network;

/// <summary>Content of a file. <paramref name="Size"/> is what it stands for, which may be more than its bytes.</summary>
/// <param name="Bytes">What is computed with.</param>
/// <param name="Size">Of which all accounts are kept.</param>
/// <param name="IsWhole">Unless somebody has cut it off behind everybody's back.</param>
internal sealed record StoredFile(byte[] Bytes, long Size, bool IsWhole = true);

/// <summary>Where files can be had: a worker's or the manager's transfer server, a web server, a shared file system.</summary>
/// <param name="Node">Its way to the network.</param>
/// <param name="Token">What a request has to carry.</param>
/// <param name="Open">The file that the request names, or null.</param>
internal sealed record FileServer(NetworkNode Node, string Token, Func<FileId, string, StoredFile?> Open);
