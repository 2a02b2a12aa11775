"""The applications that the benches run: user code, with numpy and pandas only."""
