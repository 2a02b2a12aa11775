namespace DaskVine.Protocol.Libraries;

/// <summary>Whose functions a library runs.</summary>
public enum LibraryRuntime
{
    Python,

    Dotnet,
}
