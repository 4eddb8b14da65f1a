"""Load what an author wrote: settings, cases, variants and expected outputs."""
