"""Where studies lie. By itself, so that --help and --cfg job need nothing else of a study."""

OUTPUTS = "outputs"  # the folder of all studies, in the directory where the program is started
