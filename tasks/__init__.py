"""What a study can tune: each module or package here holds tasks, made from ``conf/task/<name>.yaml``."""
