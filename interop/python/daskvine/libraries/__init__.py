"""Libraries: what the processes are like that run functions."""
