namespace DaskVine.Values;

/// <summary>A function has raised; what it raised is the inner exception.</summary>
public sealed class UserCodeException(Exception raised) : Exception(raised.Message, raised);
