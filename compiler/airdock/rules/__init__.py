"""What is wrong although every name exists. A rule is a small generator function; it sees objects, not names."""
