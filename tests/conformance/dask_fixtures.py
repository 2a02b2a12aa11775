"""A pytest plugin with what Dask's tests take from a conftest.py or a package that may be missing; where it is there, it comes first."""

from importlib.util import find_spec

import dask
import pytest


@pytest.fixture(params=["disk", "tasks"])
def shuffle_method(request):
    with dask.config.set(shuffle=request.param):
        yield request.param


if not find_spec("pytest_mock"):

    @pytest.fixture
    def mocker():
        pytest.skip("needs pytest-mock")
