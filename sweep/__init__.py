"""A chapter over a grid of its parameters, on this machine or on a cluster: `make sweep`."""
