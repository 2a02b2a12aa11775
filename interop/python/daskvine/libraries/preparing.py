"""What runs when a library is set up, beside what its user gave. Workers import it, so it imports neither dask nor zmq."""


def prepare(functions, function=None, args=(), kwargs=None):
    """The variables of a library: those that ``function(*args, **kwargs)`` returns, and these functions, by name."""
    variables = function(*args, **(kwargs or {})) if function else None
    return {**functions, **variables} if isinstance(variables, dict) else dict(functions)
