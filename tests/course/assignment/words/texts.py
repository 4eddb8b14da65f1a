"""What the notebook of the small course imports."""

EXAMPLE = "the cat and the dog and the bird"
