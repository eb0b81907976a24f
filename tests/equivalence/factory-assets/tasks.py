def generate_data():
    """Make the data."""
