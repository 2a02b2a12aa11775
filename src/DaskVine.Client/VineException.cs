namespace DaskVine.Client;

/// <summary>What DaskVine itself has to say; its text is for the user.</summary>
public class VineException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>No manager answers at the address, it could not be started, or it refuses this client.</summary>
public sealed class ManagerUnreachableException(string message, Exception? inner = null) : VineException(message, inner);

/// <summary>The manager went away while it was in use, or this <see cref="Vine"/> was disposed.</summary>
public sealed class ManagerLostException(string message) : VineException(message);

/// <summary>All workers that this process started have ended.</summary>
public sealed class WorkersLostException(string message) : VineException(message);

/// <summary>A graph that cannot run: a cycle, a key that is not there, or something that cannot be sent.</summary>
public sealed class GraphException(string message, Exception? inner = null) : VineException(message, inner);
