"""Functions of .NET in graphs of Python: ``daskvine.dotnet("Assembly.dll", "Namespace.Type.Method")``."""
