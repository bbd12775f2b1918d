"""The program: Hydra composes the config, and this package turns it into a study. Hydra lives here and nowhere else."""
