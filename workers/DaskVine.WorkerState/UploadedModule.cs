namespace DaskVine.WorkerState;

/// <summary>A module or archive of modules that was uploaded.</summary>
/// <param name="Name">Its file name. An upload replaces the one of its name before it.</param>
/// <param name="Hash">Of its content.</param>
/// <param name="Path">Where it is; each content has a directory of its own.</param>
public sealed record UploadedModule(string Name, string Hash, string Path);
