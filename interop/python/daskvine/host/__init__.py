"""What runs in the user's environment at a worker (``python3 -m daskvine.host``). Neither dask nor zmq is imported here."""
