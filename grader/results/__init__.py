"""What a run leaves in its output folder, for people and for programs."""
