def extract():
    """Return the orders."""
    return {"1001": 301.27, "1002": 433.21, "1003": 502.22}


def transform(order_data_dict: dict):
    """Return what all orders are worth."""
    return {"total_order_value": sum(order_data_dict.values())}


def load(total_order_value: float):
    """Show what all orders are worth."""
    print(f"Total order value is: {total_order_value:.2f}")
