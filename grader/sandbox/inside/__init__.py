"""What runs inside the sandbox: copied there, and imported there only."""
