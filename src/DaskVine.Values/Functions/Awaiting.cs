using System.Reflection;

namespace DaskVine.Values;

/// <summary>What comes of a method in the end, and how to wait for it.</summary>
internal static class Awaiting
{
    /// <summary>The type of the awaited result, and what waits; null for what is no task.</summary>
    public static (Type Result, Func<object, object?>? Await) Of(Type returned)
    {
        if (returned == typeof(Task))
            return (typeof(void), Wait);
        if (returned == typeof(ValueTask))
            return (typeof(void), task => Wait(((ValueTask)task).AsTask()));
        if (!returned.IsGenericType)
            return (returned, null);
        var definition = returned.GetGenericTypeDefinition();
        var name = definition == typeof(Task<>) ? nameof(WaitTask) : definition == typeof(ValueTask<>) ? nameof(WaitValueTask) : null;
        if (name is null)
            return (returned, null);
        var result = returned.GetGenericArguments()[0];
        return (result, typeof(Awaiting).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(result).CreateDelegate<Func<object, object?>>());
    }

    private static object? Wait(object task)
    {
        ((Task)task).GetAwaiter().GetResult();
        return null;
    }

    private static object? WaitTask<T>(object task) => ((Task<T>)task).GetAwaiter().GetResult();

    private static object? WaitValueTask<T>(object task) => ((ValueTask<T>)task).AsTask().GetAwaiter().GetResult();
}
