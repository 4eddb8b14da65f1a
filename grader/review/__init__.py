"""Review written answers in a browser: the pages that `grade review` serves on this machine.

Starlette and uvicorn, which serve them, are an extra, and imported by nothing else.
"""
