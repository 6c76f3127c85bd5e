"""What single chapters need: ensembles, families, training, robustness and other studies."""
