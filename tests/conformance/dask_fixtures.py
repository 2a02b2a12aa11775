"""A pytest plugin with what Dask's tests take from its conftest.py, which packages leave out; where it is there, it comes first."""

import dask
import pytest


@pytest.fixture(params=["disk", "tasks"])
def shuffle_method(request):
    with dask.config.set(shuffle=request.param):
        yield request.param
