"""Optimizers in virtual time: trials in flight without any waiting, so that many seeds are cheap."""
