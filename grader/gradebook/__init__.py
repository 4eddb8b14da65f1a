"""Every result there ever was, people's decisions about them, late days and the fingerprint."""
