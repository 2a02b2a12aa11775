namespace DaskVine.WorkerState;

/// <content>Uploaded modules: every process that runs calls has all of them, the newest first on its path.</content>
public sealed partial class WorkerCore
{
    // In order of upload, one of each name.
    private readonly List<UploadedModule> _modules = [];

    private void OnModuleReceived(UploadedModule module)
    {
        // The manager tells all of them again after each welcome.
        if (_modules.Exists(m => m.Name == module.Name && m.Hash == module.Hash))
            return;
        _modules.RemoveAll(m => m.Name == module.Name);
        _modules.Add(module);
        foreach (var library in _libraries.Where(library => library.HasParent && library.State is HostState.Starting or HostState.Up))
            Do(new LoadModule(library.Id, module));
        // A task's process that is up has had its call, and runs no other.
        foreach (var child in _libraries.SelectMany(library => library.Children))
        {
            if (child.State == HostState.Up)
                Do(new SendModule(child.Id, module));
        }

        foreach (var library in _libraries)
            AskAgain(library);
    }

    private void SendModules(HostId host)
    {
        foreach (var module in _modules)
            Do(new SendModule(host, module));
    }
}
