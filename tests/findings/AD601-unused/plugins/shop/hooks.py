CONN_ID = "in_plugin"
