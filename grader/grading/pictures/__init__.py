"""What a function, or a training of the notebook, leaves on a picture."""
