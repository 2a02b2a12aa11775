"""What becomes of results inside a graph: where they stay, for how long, and which the manager keeps as well."""

import warnings

_MOST_LEVELS = 2**31 - 1


class Intermediates:
    """The keywords of `get` that are about them, checked. Raises TypeError and ValueError that name the keyword."""

    def __init__(self, worker_transfers=True, lazy_transfers=None, checkpoint_fn=None, prune_depth=None):
        if lazy_transfers is not None:
            warnings.warn("lazy_transfers is now called worker_transfers", DeprecationWarning, stacklevel=5)
            worker_transfers = worker_transfers and lazy_transfers
        if checkpoint_fn is not None and not callable(checkpoint_fn):
            raise TypeError(f"checkpoint_fn={checkpoint_fn!r}, but must be a function of the graph and a key")
        if prune_depth is None:
            prune_depth = 1
        if isinstance(prune_depth, bool) or not isinstance(prune_depth, int) or not 0 <= prune_depth <= _MOST_LEVELS:
            raise ValueError(f"prune_depth={prune_depth!r}, but must be a whole number from 0, which keeps everything until the graph ends")
        self.returns = not worker_transfers
        self.prune_depth = prune_depth
        self._checkpoint_fn = checkpoint_fn

    def checkpoints(self, dsk):
        """A function that tells of a key of `dsk` whether its result is to be at the manager too; None when none is."""
        function = self._checkpoint_fn
        if function is None:
            return None

        def is_checkpoint(key):
            try:
                return bool(function(dsk, key))
            except Exception as error:
                error.add_note(f"raised by checkpoint_fn, for task {key!r}")
                raise

        return is_checkpoint
