"""The studies of one multirun: what each job leaves, and what they add up to."""
