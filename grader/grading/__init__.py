"""One submission in, one result out: call, judge, score, diagnose."""
