"""Grade many submissions, by worker processes of this machine or on a cluster."""
