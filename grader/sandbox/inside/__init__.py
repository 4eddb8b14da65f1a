"""The modules that run inside the sandbox, from copies. Nothing outside of it imports them."""
