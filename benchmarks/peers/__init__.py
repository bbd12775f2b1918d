"""Scripts of the programs to compare with; each runs in an environment of its own, made from ``requirements``."""
