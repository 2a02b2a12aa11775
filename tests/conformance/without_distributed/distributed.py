"""In place of a distributed that is of another version than Dask, which takes one that is missing better than one that breaks."""

raise ModuleNotFoundError("the installed distributed is of another version than this Dask", name="distributed")
