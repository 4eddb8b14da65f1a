"""Students' answers: every module has all six functions; those of `mistaken` are wrong.

`classroom.py` takes each function from one of the modules, so that no two students are alike.
"""
