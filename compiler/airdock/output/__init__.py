"""Artifacts to the disk: headers, the comparison with what is there, and the one place that writes."""
