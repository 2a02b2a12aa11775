using System.CommandLine;
using DaskVine.Cli;

var root = new RootCommand("DaskVine: runs Dask graphs on workers that keep data and functions where the work is.");
root.Subcommands.Add(ManagerCommand.Create());
root.Subcommands.Add(WorkerCommand.Create());
root.Subcommands.Add(KeysCommand.Create());
return root.Parse(args).Invoke();
