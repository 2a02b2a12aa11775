namespace DaskVine.Client.Tests;

/// <summary>Python functions that tests call.</summary>
internal static class PythonFunctions
{
    public static readonly PythonFunction Add = Python.Function("operator:add");
    public static readonly PythonFunction Multiply = Python.Function("operator:mul");
    public static readonly PythonFunction Divide = Python.Function("operator:truediv");
    public static readonly PythonFunction Sum = Python.Function("builtins:sum");
    public static readonly PythonFunction Sleep = Python.Function("time:sleep");
    public static readonly PythonFunction Abort = Python.Function("os:abort");
    public static readonly PythonFunction Same = Python.Function("copy:copy");
    public static readonly PythonFunction Text = Python.Function("builtins:str");
    public static readonly PythonFunction Dict = Python.Function("builtins:dict");
    public static readonly PythonFunction Range = Python.Function("numpy:arange");

    /// <summary>Sleeps longer than any test, after a task that ends at once: so a client is told when it runs.</summary>
    public static Delayed<object> SleepLong(int number) => Sleep.Call<object>(Add.Call<int>(1000, number));
}
