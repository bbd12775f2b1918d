"""What a study with hundreds of slots costs the program that drives it, with the idle time left out."""
