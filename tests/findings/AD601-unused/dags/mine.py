CONN_ID = "in_code"
